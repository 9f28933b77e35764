import Encoding

@testable import HTTP

/// A return target that is taken stays on the site, in a browser's eyes and in those of an
/// application that decodes it once and redirects.
@Sendable func checkReturnTarget(_ bytes: [UInt8]) {
    let rd = text(bytes)
    guard let target = ReturnTarget(rd) else { return }
    let location = target.location.text
    promise(location.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a byte that is not visible ASCII")
    promise(location.utf8.first == UInt8(ascii: "/") && !location.hasPrefix("//"), "not one slash first")
    promise(!location.utf8.contains(UInt8(ascii: "\\")), "a backslash")
    promise(staysOnSite(Array(location.utf8)), "a browser leaves the site")
    promise(staysOnSite(bytes), "a browser leaves the site with the target as it was sent")
    let path = location.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    promise(staysOnSite(PercentEncoding.decode(path, plusIsSpace: false) ?? []), "decoded, it leaves the site")
    if location.utf8.count <= ReturnTarget.maximumBytes {
        promise(ReturnTarget(location)?.location == target.location, "what was taken is not taken as it stands")
    }
}

/// Whether a reference in an `https` page of ours leads to our own origin, as WHATWG URL section 4.4
/// has it: blanks at the ends and tabs and line ends anywhere are dropped, `\` is `/`, two slashes
/// begin a host, and so do they after the segments `.` and `..` have been taken out (a server that
/// merges and redirects would send them).
private func staysOnSite(_ reference: [UInt8]) -> Bool {
    var bytes = reference[...]
    while let first = bytes.first, first <= 0x20 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last <= 0x20 { bytes = bytes.dropLast() }
    let seen = bytes.filter { ![9, 10, 13].contains($0) }.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
    guard seen.first == UInt8(ascii: "/"), seen.dropFirst().first != UInt8(ascii: "/") else { return false }
    let path = seen.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    var segments: [String] = []
    for segment in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
        let name = text(segment).lowercased()
        if ["..", ".%2e", "%2e.", "%2e%2e"].contains(name) {
            _ = segments.popLast()
        } else if ![".", "%2e"].contains(name) {
            segments.append(name)
        }
    }
    return segments.count < 2 || !segments[0].isEmpty
}
