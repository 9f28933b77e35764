import Identity
import Secrets

@testable import RefreshTokens

private let codec = require { try RefreshTokenCodec(key: SecretBytes(copying: [UInt8](1...32))) }

/// Only the very texts that the key makes are refresh tokens. The first byte chooses: any text, or a
/// good token with bytes changed.
@Sendable func checkRefreshToken(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    if choice % 4 == 0 {
        let sent = text(bytes.dropFirst())
        guard let token = codec.decode(sent) else { return }
        return promise(codec.encode(token).utf8.elementsEqual(sent.utf8), "a token that the key does not make")
    }
    let input = Array(bytes.dropFirst())
    let session = SessionID(bits: IDBits(high: word(input, 0), low: word(input, 8)))
    let token = RefreshToken(session: session, generation: UInt32(truncatingIfNeeded: word(input, 16)))
    let good = codec.encode(token)
    promise(good.utf8.count == RefreshTokenCodec.tokenLength, "a token of another length")
    promise(codec.decode(good) == token, "a good token is refused")
    let damaged = edited(Array(good.utf8), by: input.dropFirst(24))
    if damaged != Array(good.utf8) { promise(codec.decode(text(damaged)) == nil, "a changed token is taken") }
}

private func word(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    bytes.dropFirst(offset).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}
