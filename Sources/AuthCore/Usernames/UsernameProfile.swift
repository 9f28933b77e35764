/// The two user name profiles of RFC 8265: with and without case mapping.
///
/// The steps and their order are the RFC's. The result is checked again from the start: a name
/// that a second application would change or refuse is refused (RFC 8264 section 7), so what is
/// stored is a fixed point.
enum UsernameProfile {
    /// UsernameCaseMapped, section 3.3.
    case caseMapped
    /// UsernameCasePreserved, section 3.4.
    case casePreserved

    /// The canonical form of a string of any length; never empty.
    func enforce(_ text: [Unicode.Scalar]) throws(UsernameRefusal) -> [Unicode.Scalar] {
        let once = try apply(text)
        guard try apply(once) == once else { throw .forbiddenCharacter }
        return once
    }

    private func apply(_ text: [Unicode.Scalar]) throws(UsernameRefusal) -> [Unicode.Scalar] {
        var name = text.flatMap(\.widthMapped)
        try checkIdentifier(name)
        if self == .caseMapped { name = lowercased(name) }
        name = try normalizedNFC(name)
        try checkDirection(name)
        return name
    }

    /// Preparation: every code point belongs to the IdentifierClass, in its context.
    private func checkIdentifier(_ name: [Unicode.Scalar]) throws(UsernameRefusal) {
        guard let first = name.first else { throw .empty }
        guard !first.isCombiningMark else { throw .misplacedCharacter }
        for (index, scalar) in name.enumerated() {
            switch IdentifierClass.status(of: scalar) {
            case .valid: continue
            case .contextual where ContextRule.allows(index, in: name): continue
            case .contextual: throw .misplacedCharacter
            case .disallowed: throw .forbiddenCharacter
            }
        }
    }

    private func normalizedNFC(_ name: [Unicode.Scalar]) throws(UsernameRefusal) -> [Unicode.Scalar] {
        guard let normalized = normalize(name, .canonical) else { throw .forbiddenCharacter }
        return normalized
    }

    private func checkDirection(_ name: [Unicode.Scalar]) throws(UsernameRefusal) {
        guard BidiRule.allows(name) else { throw .mixedDirection }
    }
}
