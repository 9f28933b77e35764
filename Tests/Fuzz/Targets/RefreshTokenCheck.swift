import AccessIDs
import Encoding
import Identity
import Secrets

@testable import RefreshTokens

private let codec = require { try RefreshTokenCodec(key: SecretBytes(copying: [UInt8](1...32))) }

/// Only the very texts that the key makes are refresh tokens, and an access id has one spelling. The
/// first byte chooses: any text, an access id or a good token with bytes changed.
@Sendable func checkRefreshToken(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    if choice % 4 == 0 {
        let sent = text(bytes.dropFirst())
        guard let token = codec.decode(sent) else { return }
        return promise(codec.encode(token).utf8.elementsEqual(sent.utf8), "a token that the key does not make")
    }
    let input = Array(bytes.dropFirst())
    if choice % 4 == 1 { return checkAccessID(input) }
    let session = SessionID(bits: IDBits(high: word(input, 0), low: word(input, 8)))
    let token = RefreshToken(session: session, generation: UInt32(truncatingIfNeeded: word(input, 16)))
    let good = codec.encode(token)
    promise(good.utf8.count == RefreshTokenCodec.tokenLength, "a token of another length")
    promise(codec.decode(good) == token, "a good token is refused")
    let damaged = edited(Array(good.utf8), by: input.dropFirst(24))
    if damaged != Array(good.utf8) { promise(codec.decode(text(damaged)) == nil, "a changed token is taken") }
}

private func checkAccessID(_ input: [UInt8]) {
    let made = Base64URL.encode((input + [UInt8](repeating: 0, count: 32)).prefix(32))
    promise(AccessID(made)?.text == made, "an access id is refused")
    let damaged = text(edited(Array(made.utf8), by: input.dropFirst(32)))
    guard let id = AccessID(damaged) else { return }
    promise(id.text.utf8.elementsEqual(damaged.utf8), "an access id has two spellings")
    promise((id.hash == AccessID(made)?.hash) == (damaged == made), "two access ids with one hash")
}

private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}
