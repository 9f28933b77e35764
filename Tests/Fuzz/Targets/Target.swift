/// One kind of input of the programs and the promises about it.
///
/// A target reads bytes and stops the process where a promise is broken; libFuzzer then keeps the
/// bytes. It must not depend on anything but the bytes, so that they break it again.
struct Target: Sendable {
    let name: String
    /// Longest input that is tried, in bytes: room past every limit of what is read.
    let maximumBytes: Int
    let check: @Sendable ([UInt8]) -> Void

    static let all: [Target] = [
        Target(name: "cookie", maximumBytes: 512, check: checkCookie),
        Target(name: "token", maximumBytes: 768, check: checkToken),
        Target(name: "json", maximumBytes: 768, check: checkJSON),
        Target(name: "form", maximumBytes: 512, check: checkForm),
        Target(name: "return-target", maximumBytes: 512, check: checkReturnTarget),
        Target(name: "digest", maximumBytes: 320, check: checkDigest),
        Target(name: "username", maximumBytes: 256, check: checkUsername),
        Target(name: "settings", maximumBytes: 768, check: checkSettings),
        Target(name: "refresh-token", maximumBytes: 128, check: checkRefreshToken),
        Target(name: "device", maximumBytes: 128, check: checkDevice),
        Target(name: "credential", maximumBytes: 256, check: checkCredential),
        Target(name: "policy", maximumBytes: 256, check: checkPolicy),
        Target(name: "records", maximumBytes: 1024, check: checkRecords),
    ]
}

/// Stops the process unless the promise holds.
func promise(_ holds: Bool, _ text: @autoclosure () -> String) {
    guard holds else { fatalError("broken promise: \(text())") }
}

/// Text as it comes out of a C string in a FastCGI parameter: what is not UTF-8 is repaired.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// What must work for a target to begin at all.
func require<Value>(_ make: () throws -> Value) -> Value {
    do { return try make() } catch { fatalError("the target itself fails: \(error)") }
}
