/// Whether both hold the same bytes, in a time that depends on the length alone. The length is not
/// a secret: different lengths answer at once.
public func constantTimeEquals(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
    guard first.count == second.count else { return false }
    var difference: UInt8 = 0
    for index in 0..<first.count {
        difference |= first[index] ^ second[index]
    }
    return difference == 0
}

public func constantTimeEquals(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    first.withUnsafeBytes { first in
        second.withUnsafeBytes { constantTimeEquals(first, $0) }
    }
}

public func constantTimeEquals(_ first: SecretBytes, _ second: SecretBytes) -> Bool {
    first.withUnsafeBytes { first in
        second.withUnsafeBytes { constantTimeEquals(first, $0) }
    }
}
