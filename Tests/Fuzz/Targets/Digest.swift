import Encoding
import Secrets

@testable import Passwords

/// A stored digest is within every bound and has one spelling, or it is none.
@Sendable func checkDigest(_ bytes: [UInt8]) {
    let stored = text(bytes)
    guard let digest = PHCString(stored) else {
        return promise(!isPHC(stored), "a digest is refused")
    }
    promise(isPHC(stored), "what is no digest is read")
    promise(Array(digest.serialized().utf8) == Array(stored.utf8), "a digest has two spellings")
    let cost = digest.parameters
    promise((1...Argon2Parameters.maximumLanes).contains(cost.lanes), "lanes out of bounds")
    promise((1...Argon2Parameters.maximumTime).contains(cost.time), "time out of bounds")
    promise((8 * cost.lanes...Argon2Parameters.maximumMemoryKiB).contains(cost.memoryKiB), "memory out of bounds")
    promise(PHCString.saltLengths.contains(digest.salt.count), "salt out of bounds")
    promise(PHCString.tagLengths.contains(digest.tag.count), "tag out of bounds")
}

/// The grammar again, with the standard library's numbers and an own base64.
private func isPHC(_ stored: String) -> Bool {
    let parts = stored.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false).map { text($0) }
    guard stored.utf8.count <= PHCString.maximumBytes, parts.count == 6 else { return false }
    guard parts[0] == "", parts[1] == "argon2id", parts[2] == "v=19" else { return false }
    let costs = parts[3].utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { text($0) }
    guard costs.count == 3, let memory = cost("m=", costs[0]), let time = cost("t=", costs[1]),
        let lanes = cost("p=", costs[2]), (1...8).contains(lanes), (1...16).contains(time),
        (8 * lanes...1_048_576).contains(memory)
    else { return false }
    guard let salt = unpaddedLength(parts[4]), let tag = unpaddedLength(parts[5]) else { return false }
    return (8...64).contains(salt) && (16...64).contains(tag)
}

private func cost(_ name: String, _ text: String) -> Int? {
    guard text.utf8.starts(with: name.utf8), let number = Int(text.dropFirst(2)) else { return nil }
    return name + String(number) == text ? number : nil
}

/// The number of bytes that a canonical unpadded base64 text stands for.
private func unpaddedLength(_ text: String) -> Int? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let digits = text.utf8.map { alphabet.firstIndex(of: $0) }
    guard !digits.contains(nil) else { return nil }
    let unused = digits.count * 6 % 8
    guard unused < 6, let last = digits.last ?? 0, last & (1 << unused - 1) == 0 else { return nil }
    return digits.count * 6 / 8
}
