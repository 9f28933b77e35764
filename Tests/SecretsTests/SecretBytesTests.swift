import Secrets
import Testing

@Suite struct SecretBytesTests {
    struct Failure: Error {}

    @Test("A secret gives back the bytes it was made of")
    func copies() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.withUnsafeBytes { Array($0) } == [1, 2, 3])
        #expect(SecretBytes(copying: []).isEmpty)
    }

    @Test("What was not written is not part of the secret")
    func partlyWritten() {
        let secret = SecretBytes(unsafeUninitializedCapacity: 64) { buffer in
            buffer[0] = 7
            return 1
        }
        #expect(secret.withUnsafeBytes { Array($0) } == [7])
    }

    @Test("An initializer that throws passes its error on")
    func throwing() {
        #expect(throws: Failure.self) {
            try SecretBytes(unsafeUninitializedCapacity: 8) { _ throws(Failure) in throw Failure() }
        }
    }

    @Test("An array whose bytes were taken over is empty")
    func erasing() {
        var bytes: [UInt8] = [1, 2, 3]
        let secret = SecretBytes(erasing: &bytes)
        #expect(bytes.isEmpty)
        #expect(secret.withUnsafeBytes { Array($0) } == [1, 2, 3])
    }

    @Test("No description shows the bytes")
    func descriptions() {
        let secret = SecretBytes(copying: Array("hunter2 hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104"))
        }
    }

    @Test("Random secrets have the length asked for and differ", arguments: [0, 1, 32, 256, 257, 1000])
    func random(count: Int) {
        #expect(SecretBytes.random(count: count).count == count)
        #expect(randomBytes(count).count == count)
        if count >= 32 {
            #expect(!constantTimeEquals(SecretBytes.random(count: count), SecretBytes.random(count: count)))
            #expect(randomBytes(count).suffix(16) != randomBytes(count).suffix(16))
        }
    }
}

@Suite struct ConstantTimeTests {
    @Test("Equal bytes are equal, and any single difference is one")
    func everyPosition() {
        let bytes = [UInt8](0..<32)
        #expect(constantTimeEquals(bytes, bytes))
        for position in bytes.indices {
            for bit in 0..<8 {
                var other = bytes
                other[position] ^= 1 << bit
                #expect(!constantTimeEquals(bytes, other))
            }
        }
    }

    @Test("A prefix is not equal, and nothing equals nothing")
    func lengths() {
        #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
        #expect(!constantTimeEquals([], [0]))
        #expect(constantTimeEquals([UInt8](), []))
        #expect(constantTimeEquals(SecretBytes(copying: [1, 2]), SecretBytes(copying: [1, 2])))
    }
}
