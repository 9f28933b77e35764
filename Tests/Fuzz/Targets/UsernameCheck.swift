import Lookalikes

@testable import Usernames

/// A name has one canonical form that shows everything it is made of; the same for addresses.
@Sendable func checkUsername(_ bytes: [UInt8]) {
    let name = text(bytes)
    if let canonical = try? Username(any: name).canonical {
        promise(
            (try? Username(any: canonical).canonical).map { Array($0.utf8) } == Array(canonical.utf8), "no fixed point")
        promise((1...Username.maximumCodePoints).contains(canonical.unicodeScalars.count), "a length out of bounds")
        promise(canonical.unicodeScalars.allSatisfy(isVisible), "an invisible character in a name")
        for variant in [swappedCase(name), fullWidth(name)] where variant.utf8.count <= Username.maximumInputBytes {
            let other = try? Username(any: variant).canonical
            promise(other.map { Array($0.utf8) } == Array(canonical.utf8), "case or width makes a second account")
        }
        // ICU takes longer than all the rest.
        if bytes.count % 16 == 3 { checkSkeleton(of: canonical) }
    }
    for address in [try? Username(email: name).canonical, try? EmailAddress(name).text].compactMap(\.self) {
        promise(address.utf8.count <= EmailAddress.maximumBytes, "an address that is too long")
        promise(address.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1, "an address without its one @")
        promise(address.unicodeScalars.allSatisfy(isVisible), "an invisible character in an address")
        promise((try? EmailAddress(address).text).map { Array($0.utf8) } == Array(address.utf8), "no fixed point")
    }
    if let canonical = try? Username(email: name).canonical {
        let again = try? Username(email: canonical).canonical
        promise(again.map { Array($0.utf8) } == Array(canonical.utf8), "the canonical address is no fixed point")
    }
}

private let lookalikes = require { try Lookalikes() }

/// A skeleton looks like itself, and nobody but its owner may have a name that looks like it.
private func checkSkeleton(of canonical: String) {
    guard let skeleton = lookalikes.skeleton(of: canonical) else {
        // What looks like nothing but dots, as an Arabic zero does, is nobody's name.
        let admitted = try? lookalikes.admit(Username(any: canonical))
        return promise(admitted == nil, "a name that looks like nothing")
    }
    let again = lookalikes.skeleton(of: skeleton)
    promise(again.map { Array($0.utf8) } == Array(skeleton.utf8), "a skeleton has another skeleton")
}

/// By the properties of Swift's own Unicode tables, not by those that the module asks.
private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    guard !properties.isDefaultIgnorableCodePoint, !properties.isWhitespace, !properties.isBidiControl else {
        return false
    }
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
        .paragraphSeparator:
        return false
    default: return true
    }
}

private func swappedCase(_ name: String) -> String {
    mapped(name) { ("a"..."z").contains($0) || ("A"..."Z").contains($0) ? $0.value ^ 0x20 : $0.value }
}

/// U+FF01 to U+FF5E stand for U+0021 to U+007E.
private func fullWidth(_ name: String) -> String {
    mapped(name) { (0x21...0x7E).contains($0.value) ? $0.value + 0xFEE0 : $0.value }
}

private func mapped(_ name: String, _ map: (Unicode.Scalar) -> UInt32) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { Unicode.Scalar(map($0)) ?? $0 }))
}
