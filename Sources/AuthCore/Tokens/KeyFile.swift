package import Identity
package import Secrets

/// A file of keys that a running program follows: read again when it has changed.
///
/// Holds the last contents that were good. A file that has become unreadable or broken changes
/// nothing but `problem`: keys never vanish because of a half-done edit.
package final class KeyFile<Contents> {
    package private(set) var contents: Contents
    package private(set) var problem: KeySetError?
    /// Another number as soon as `contents` is another.
    package private(set) var generation = 0

    private let path: String
    private let parse: (SecretBytes) throws(KeySetError) -> Contents
    private var version: FileVersion?
    private var document: SecretBytes
    private var lastLook: Timestamp?

    /// Throws if the file is not good now.
    package init(
        path: String, parse: @escaping (SecretBytes) throws(KeySetError) -> Contents
    ) throws(KeySetError) {
        self.path = path
        self.parse = parse
        let (document, version) = try Self.contents(of: path)
        contents = try parse(document)
        self.document = document
        self.version = version
    }

    /// Looks at the file, unless that was done less than `interval` ago; reads it if it has changed.
    package func refresh(at now: Timestamp, atMostEvery interval: Duration) {
        // A clock set back must not stop the looking.
        if let lastLook, lastLook <= now, now - lastLook < interval { return }
        lastLook = now
        if FileVersion(path: path) != version { reload() }
    }

    package func reload() {
        do throws(KeySetError) {
            version = nil
            let (document, version) = try Self.contents(of: path)
            // Remembered even if the file is broken: the same broken file is not read again and again.
            self.version = version
            problem = nil
            guard !document.holdsTheSame(as: self.document) else { return }
            contents = try parse(document)
            self.document = document
            generation += 1
        } catch {
            problem = error
        }
    }

    static func contents(of path: String) throws(KeySetError) -> (contents: SecretBytes, version: FileVersion) {
        do throws(SecretFileError) {
            return try SecretFile.read(path)
        } catch {
            throw .file(error)
        }
    }
}

extension SecretBytes {
    /// For a file that nobody but its owner chooses: not in constant time.
    fileprivate func holdsTheSame(as other: SecretBytes) -> Bool {
        withUnsafeBytes { ours in other.withUnsafeBytes { theirs in ours.elementsEqual(theirs) } }
    }
}
