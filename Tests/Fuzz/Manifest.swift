// What scripts/fuzz puts behind Package.swift: the fuzz targets are no product of the package.

package.targets += [
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "AccessIDs", "Authentication", "Cryptography", "Devices", "Encoding", "FastCGIRecords", "HTTP", "Identity",
            "JSON", "Lookalikes", "Passwords", "RefreshTokens", "Secrets", "Settings", "TokenSigning", "Tokens",
            "Usernames",
        ],
        path: "Tests/Fuzz/Targets", swiftSettings: strict)
]
