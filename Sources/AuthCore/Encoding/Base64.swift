/// Base64 for URLs (RFC 4648 section 5): `-` and `_`, no padding, one text for every byte string.
public enum Base64URL {
    private static let alphabet = Base64Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        withContiguousBytes(bytes, alphabet.encode)
    }

    /// Nil for anything but the text `encode` makes: no padding, no white space, no unused bits set.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguousBytes(text, alphabet.decode)
    }

    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }
}

/// Base64 with the standard alphabet and no padding, as PHC strings have it.
public enum Base64Unpadded {
    private static let alphabet = Base64Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        withContiguousBytes(bytes, alphabet.encode)
    }

    /// Nil for anything but the text `encode` makes: no padding, no white space, no unused bits set.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        withContiguousBytes(text, alphabet.decode)
    }

    public static func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }
}
