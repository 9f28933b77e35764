import Devices
import HTTP
import Identity
import Secrets
import Testing

private let start = Timestamp(seconds: 1_800_000_000)
private let ann = AccountID.make(at: start)
private let bob = AccountID.make(at: start)

@Suite("Device cookies")
struct DeviceCodecTests {
    private let key = SecretBytes.random(count: 32)
    private let codec: DeviceCodec

    init() throws {
        codec = try DeviceCodec(key: key)
    }

    @Test("what was encoded comes back, with one account to three, to the second")
    func roundTrip() {
        var device = Device(loggedInTo: ann, at: start + .milliseconds(999))
        for account in [bob, .make(at: start), .make(at: start)] {
            #expect(codec.decode(codec.encode(device)) == device)
            device = device.loggedIn(to: account, at: start + .seconds(5))
        }
        #expect(codec.decode(codec.encode(device)) == device)
        #expect(device.logins.count == 3 && codec.encode(device).utf8.count <= 150)
    }

    @Test("a truncated or extended cookie is refused (CVE-2026-27840)")
    func length() {
        let text = codec.encode(Device(loggedInTo: ann, at: start))
        for count in 0..<text.utf8.count { #expect(codec.decode(String(text.prefix(count))) == nil) }
        for extra in ["A", "=", "AAAA", " ", String(repeating: "A", count: 28)] {
            #expect(codec.decode(text + extra) == nil)
        }
    }

    @Test("no bit can be changed")
    func everyCharacter() {
        let text = Array(codec.encode(Device(loggedInTo: ann, at: start)).utf8)
        for index in text.indices {
            for other in "A_9z".utf8 where other != text[index] {
                var changed = text
                changed[index] = other
                #expect(codec.decode(String(decoding: changed, as: UTF8.self)) == nil)
            }
        }
    }

    @Test("accounts and codes of two cookies can't be put together")
    func spliced() {
        let device = Device(loggedInTo: ann, at: start)
        let one = Array(codec.encode(device).utf8)
        let two = Array(codec.encode(device.loggedIn(to: bob, at: start)).utf8)
        for cut in stride(from: 1, to: one.count, by: 1) {
            let mixed = Array(one.prefix(cut)) + Array(two.dropFirst(cut))
            guard mixed != one, mixed != two else { continue }
            #expect(codec.decode(String(decoding: mixed, as: UTF8.self)) == nil)
        }
    }

    @Test("another key's cookie is refused, and a weak key makes none")
    func keys() throws {
        let other = try DeviceCodec(key: .random(count: 32))
        #expect(codec.decode(other.encode(Device(loggedInTo: ann, at: start))) == nil)
        #expect(throws: DeviceKeyError.weakKey) { try DeviceCodec(key: SecretBytes(copying: [])) }
    }

    @Test("it counts for the accounts it names, for 180 days after each one's last login")
    func known() {
        let device = Device(loggedInTo: ann, at: start).loggedIn(to: bob, at: start + .seconds(86_400))
        #expect(device.isKnown(to: ann, at: start + .seconds(180 * 86_400 - 1)))
        #expect(!device.isKnown(to: ann, at: start + .seconds(180 * 86_400)))
        #expect(device.isKnown(to: bob, at: start + .seconds(180 * 86_400)))
        #expect(!device.isKnown(to: .make(at: start), at: start))
    }

    @Test("the least recent of four accounts gives way, and one account stands there once")
    func fourth() {
        var device = Device(loggedInTo: ann, at: start).loggedIn(to: bob, at: start).loggedIn(to: ann, at: start)
        #expect(device.logins.map(\.account) == [ann, bob])
        let others = [AccountID.make(at: start), .make(at: start)]
        for account in others { device = device.loggedIn(to: account, at: start) }
        #expect(device.logins.map(\.account) == [others[1], others[0], ann])
    }
}

@Suite("The device cookie of a request")
struct DeviceCookiesTests {
    private let codec: DeviceCodec
    private let devices: DeviceCookies

    init() throws {
        codec = try DeviceCodec(key: .random(count: 32))
        devices = DeviceCookies(codec, cookies: try CookiePolicy())
    }

    private func request(_ values: String...) -> Request {
        Request(parameters: values.map { (.cookie, "__Host-device=\($0)") })
    }

    /// The value of a Set-Cookie.
    private func value(_ cookie: SetCookie) -> String {
        String(cookie.headerValue.text.split(separator: ";")[0].dropFirst("__Host-device=".count))
    }

    @Test("a browser keeps its id and its other accounts")
    func kept() throws {
        let first = value(try devices.cookie(afterLoginTo: ann, of: Request(), at: start))
        let second = try devices.cookie(afterLoginTo: bob, of: request(first), at: start)
        #expect(second.headerValue.text.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=15552000"))
        let device = try #require(codec.decode(value(second)))
        #expect(device.id == codec.decode(first)?.id)
        #expect(device.logins.map(\.account) == [bob, ann])
    }

    @Test("two that differ are none, and so is what is not ours")
    func conflicting() throws {
        let one = value(try devices.cookie(afterLoginTo: ann, of: Request(), at: start))
        let two = value(try devices.cookie(afterLoginTo: ann, of: Request(), at: start))
        #expect(devices.device(request(one)) != nil && devices.device(request(one, one)) != nil)
        #expect(devices.device(request(one, two)) == nil)
        #expect(devices.device(request("chosen")) == nil)
        let fresh = value(try devices.cookie(afterLoginTo: bob, of: request(one, two), at: start))
        #expect(codec.decode(fresh)?.logins.map(\.account) == [bob])
    }
}
