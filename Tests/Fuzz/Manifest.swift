// What scripts/fuzz puts behind Package.swift: the fuzz targets are no product of the package.

package.targets += [
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "AccessIDs", "Authentication", "Cryptography", "Encoding", "FastCGIRecords", "HTTP", "Identity", "JSON",
            "Passwords",
            "RefreshTokens", "Secrets", "Settings", "TokenSigning", "Tokens", "Usernames",
        ],
        path: "Tests/Fuzz/Targets", swiftSettings: strict)
]
