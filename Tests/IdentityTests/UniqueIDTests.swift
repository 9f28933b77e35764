import Identity
import Testing

@Suite struct UniqueIDTests {
    /// RFC 9562 appendix A.6.
    private let published = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

    @Test("Text and bytes of an id come back")
    func roundTrip() throws {
        let id = try #require(AccountID(published))
        #expect(id.description == published)
        #expect(id.bytes.prefix(6) == [0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0])
        #expect(AccountID(bytes: id.bytes) == id)
        for _ in 0..<100 {
            let made = SessionID.make(at: .now())
            #expect(SessionID(made.description) == made)
            #expect(SessionID(bytes: made.bytes) == made)
        }
    }

    @Test("A fresh id is a version 7 UUID of its millisecond")
    func version7() {
        let time = Timestamp(milliseconds: 0x017f_22e2_79b0)
        let bytes = AccountID.make(at: time).bytes
        #expect(bytes.prefix(6) == [0x01, 0x7f, 0x22, 0xe2, 0x79, 0xb0])
        #expect(bytes[6] >> 4 == 7)
        #expect(bytes[8] >> 6 == 0b10)
    }

    @Test("Ids of one millisecond differ, and later ones sort behind")
    func order() {
        let time = Timestamp(milliseconds: 1_000_000)
        #expect(Set((0..<1000).map { _ in AccountID.make(at: time) }).count == 1000)
        #expect(AccountID.make(at: time) < AccountID.make(at: time + .milliseconds(1)))
    }

    @Test(
        "Only the canonical lower-case text is an id",
        arguments: [
            "", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F", "017f22e279b07cc398c4dc0c0c07398f",
            "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
            "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
            "017f22e2x79b0-7cc3-98c4-dc0c0c07398f", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
            " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739é",
        ])
    func refused(text: String) {
        #expect(AccountID(text) == nil)
    }

    @Test("Bytes of another length are no id", arguments: [0, 15, 17, 32])
    func wrongLength(count: Int) {
        #expect(SessionID(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }
}
