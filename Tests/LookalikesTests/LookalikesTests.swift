import Lookalikes
import Testing
import Usernames

@Suite("Look-alikes")
struct LookalikesTests {
    private let lookalikes: Lookalikes

    init() throws { lookalikes = try Lookalikes() }

    private func skeleton(_ text: String) throws -> String { try lookalikes.admit(Username(any: text)) }

    private func refusal(_ text: String) -> UsernameRefusal? {
        do {
            _ = try skeleton(text)
            return nil
        } catch { return error as? UsernameRefusal }
    }

    @Test(
        "names that look alike have one skeleton (N 2.8)",
        arguments: [
            ("coco", "сосо"), ("paypal", "paypa1"), ("modern", "rnodern"), ("admin", "admın"),
            ("admin", "adrnin"), ("root", "r00t"), ("root", "ROOT"), ("o", "0"), ("oo", "ο0"), ("oo", "о0"),
            ("straße", "STRASSE"), ("ΑΣ", "ας"), ("admin", "admin."), ("admin", ".admin"), ("admin", "admin.."),
            ("scope", "ѕсоре"), ("user1", "userl"),
        ])
    func sameSkeleton(one: String, other: String) throws {
        #expect(try skeleton(one).utf8.elementsEqual(skeleton(other).utf8))
    }

    @Test("a skeleton is its own", arguments: ["admin", "0", "modern", "paypa1", "ΑΣ", "straße", "李小龍", "سعيد٣"])
    func fixedPoint(text: String) throws {
        let once = try skeleton(text)
        #expect(lookalikes.skeleton(of: once) == once)
    }
}
