import Encoding
import Secrets

@testable import Passwords

/// A stored digest asks for no more than the bounds allow and is what was written, or it is none.
/// Nothing is computed here: one spelling, one meaning.
@Sendable func checkDigest(_ bytes: [UInt8]) {
    let stored = text(bytes)
    promise((PHCString(stored) != nil) == isOurs(stored), "our own kind of digest is read otherwise")
    guard let digest = try? StoredDigest(stored) else { return promise(!isOurs(stored), "a digest is refused") }
    promise(stored.utf8.count <= StoredDigest.maximumBytes, "a string that is too long")
    promise((0...Int(Argon2Parameters.maximumMemoryKiB)).contains(digest.memoryKiB), "memory out of bounds")
    if (try? StoredDigest(importing: stored)) != nil { promise(digest.memoryKiB <= 256 * 1024, "too much is imported") }
    switch digest {
    case .argon2(let digest): checkArgon2(digest, stored)
    case .crypt(let digest):
        let plain = stored.hasPrefix("bcrypt$") ? text(stored.utf8.dropFirst(7)) : stored
        promise(digest.setting + characters(digest.digest) == plain, "crypt(3) is given something else")
        promise(digest.setting.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }, "no setting")
        checkCryptCost(digest)
    case .md5Crypt(let digest):
        promise(digest.magic + digest.salt + "$" + characters(digest.digest) == stored, "another digest")
        promise(digest.salt.utf8.count <= 8, "salt out of bounds")
    case .pbkdf2(let digest):
        promise((1...2_000_000).contains(digest.iterations), "iterations out of bounds")
        promise((1...128).contains(digest.salt.count) && (16...64).contains(digest.key.count), "lengths out of bounds")
        promise(stored.contains("$\(digest.iterations)$"), "iterations that are not written there")
    }
}

private func checkArgon2(_ digest: PHCString, _ stored: String) {
    let cost = digest.parameters
    promise((1...Argon2Parameters.maximumLanes).contains(cost.lanes), "lanes out of bounds")
    promise((1...Argon2Parameters.maximumTime).contains(cost.time), "time out of bounds")
    promise((8 * cost.lanes...Argon2Parameters.maximumMemoryKiB).contains(cost.memoryKiB), "memory out of bounds")
    promise(PHCString.saltLengths.contains(digest.salt.count), "salt out of bounds")
    promise(PHCString.tagLengths.contains(digest.tag.count), "tag out of bounds")
    guard digest.isOurs else { return }
    promise(["", "argon2"].contains { $0 + digest.serialized() == stored }, "a digest has two spellings")
}

/// The work that crypt(3) would do, from the setting alone.
private func checkCryptCost(_ digest: CryptString) {
    let fields = digest.setting.split(separator: "$", omittingEmptySubsequences: false)
    switch digest.scheme {
    case .bcrypt: promise(Int(fields[2]).map { (4...14).contains($0) } ?? false, "cost out of bounds")
    case .sha256Crypt, .sha512Crypt:
        let rounds = fields[2].hasPrefix("rounds=") ? Int(fields[2].dropFirst(7)) : 5000
        promise(rounds.map { (1000...1_000_000).contains($0) } ?? false, "rounds out of bounds")
    case .yescrypt:
        let letters = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let cost = fields[2].utf8.dropFirst().compactMap { letters.firstIndex(of: $0) }
        promise(cost.count == 2 && cost[0] < 18 && cost[1] < 48, "N or r out of bounds")
        promise(128 * (cost[1] + 1) << (cost[0] + 1) <= 256 << 20, "memory out of bounds")
    }
}

private func characters(_ digest: SecretBytes) -> String { digest.withUnsafeBytes { text($0) } }

/// The grammar of our own digests again, with the standard library's numbers and an own base64.
private func isOurs(_ stored: String) -> Bool {
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
