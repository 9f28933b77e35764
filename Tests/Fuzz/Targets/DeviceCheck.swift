import Identity
import Secrets

@testable import Devices

private let codec = require { try DeviceCodec(key: SecretBytes(copying: [UInt8](1...32))) }

/// Only the very texts that the key makes are device cookies. The first byte chooses: any text, or a
/// good one with bytes changed.
@Sendable func checkDevice(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    let input = Array(bytes.dropFirst())
    if choice % 4 == 0 {
        let sent = text(input)
        if let device = codec.decode(sent) {
            promise(codec.encode(device) == sent, "a cookie that the key does not make")
        }
        return
    }
    let logins = (0..<Int(choice >> 2) % (Device.accountsKept + 1)).map { number in
        Device.Login(
            account: AccountID(bits: IDBits(high: 1, low: UInt64(number))),
            time: Timestamp(seconds: 1_800_000_000 + Int64(number)))
    }
    let device = Device(id: DeviceID(bits: IDBits(high: 2, low: UInt64(choice))), logins: logins)
    let good = codec.encode(device)
    promise((codec.decode(good) != nil) == !logins.isEmpty, "a good cookie is refused")
    let damaged = edited(Array(good.utf8), by: input)
    if damaged != Array(good.utf8) { promise(codec.decode(text(damaged)) == nil, "a changed cookie is taken") }
}
