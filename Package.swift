// swift-tools-version: 6.2

// Targets in the order data flows. A program's dependency list is its privilege: what is not
// listed here is not linked, and `scripts/check` reads the built binaries to prove it.

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A C library of Debian's: a module map and a shim, nothing else.
func library(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/AuthCore/CLibraries/\(name)")
}

/// A module of the core, in a folder of its own.
func core(_ name: String, in folder: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/AuthCore/\(folder ?? name)", swiftSettings: strict)
}

/// A program, in a folder named for what it does.
func program(_ verb: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: "fcgi-auth-\(verb)", dependencies: dependencies, path: "Sources/fcgi-auth/\(verb)",
        swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)Tests", swiftSettings: strict)
}

let package = Package(
    name: "fcgi-auth",
    products: [
        .executable(name: "fcgi-auth-verify", targets: ["fcgi-auth-verify"]),
        .executable(name: "fcgi-auth-verify-session", targets: ["fcgi-auth-verify-session"]),
        .executable(name: "fcgi-auth-signup", targets: ["fcgi-auth-signup"]),
        .executable(name: "fcgi-auth-login", targets: ["fcgi-auth-login"]),
        .executable(name: "fcgi-auth-refresh", targets: ["fcgi-auth-refresh"]),
        .executable(name: "fcgi-auth-logout", targets: ["fcgi-auth-logout"]),
        .executable(name: "fcgi-auth-account", targets: ["fcgi-auth-account"]),
        .executable(name: "fcgi-authctl", targets: ["fcgi-authctl"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        library("CFastCGI"),
        library("CCrypto"),
        library("CArgon2"),
        library("CCrypt"),
        library("CSQLite"),
        library("CUTF8Proc"),
        library("CZxcvbn"),
        library("CYAML"),
        library("CICU"),
        library("CLinux"),

        // Values
        core("Secrets"),
        core("Encoding"),
        core("JSON", ["Secrets"]),
        core("HTML"),
        core("Identity", ["Encoding", "Secrets"]),
        core("Usernames", ["CUTF8Proc"]),
        core("Lookalikes", ["CICU", "Usernames"]),

        // The machine
        core("Threads"),
        core("FileLocks", ["CLinux"]),

        // The edge: HTTP as nginx hands it over
        core("HTTP", ["Secrets", "Encoding", "JSON"]),
        core("FastCGIRecords"),
        core("FastCGI", ["CFastCGI", "CLinux", "FastCGIRecords", "HTTP", "Secrets", "Threads"]),

        // What the admin sets and reads
        core("Events", ["Identity", .product(name: "Logging", package: "swift-log")]),
        core(
            "Settings", in: "Configuration",
            ["Events", "HTTP", .product(name: "Configuration", package: "swift-configuration")]),

        // Proofs
        core("Cryptography", ["CCrypto", "Secrets"]),
        core("Tokens", ["Cryptography", "Encoding", "Identity", "JSON", "Secrets"]),
        core("TokenSigning", ["CCrypto", "Cryptography", "Encoding", "Identity", "JSON", "Secrets", "Tokens"]),
        core("RefreshTokens", ["Cryptography", "Encoding", "Identity", "Secrets"]),
        core("UserAgents"),
        core("Devices", ["Cryptography", "Encoding", "HTTP", "Identity", "Secrets"]),
        core("Passwords", ["CArgon2", "CUTF8Proc", "Encoding", "Secrets"]),
        core("PasswordVerification", ["CCrypt", "CCrypto", "Passwords", "Secrets"]),
        core("HashingGate", ["CLinux", "FileLocks", "Passwords", "Settings", "Threads"]),
        core("PasswordStrength", ["CZxcvbn", "Passwords", "Secrets"]),

        // What is kept
        core("Revocations", ["Identity"]),
        core("Database", ["Threads"]),
        core("SQLiteDriver", ["CSQLite", "Database"]),
        core("Accounts", ["Database", "Identity"]),
        core("AccessIDs", ["Cryptography", "Database", "Encoding", "Identity", "Secrets"]),
        core("Sessions", ["AccessIDs", "Accounts", "Database", "Identity", "Revocations"]),
        core("Throttling", ["Cryptography", "Database", "Encoding", "Identity"]),

        // Accounts from elsewhere
        core("YAML", ["CYAML"]),
        core("AccountImport", ["Identity", "JSON", "Passwords", "Settings", "Usernames", "YAML"]),

        // What the programs share
        core("Launch", ["CLinux", "Events", "FastCGI", "HTTP", "Settings"]),
        core("Authentication", ["Encoding", "Events", "HTTP", "Identity", "Settings"]),
        core(
            "TokenAuthentication",
            [
                "Authentication", "Cryptography", "Events", "Identity", "Revocations", "Secrets", "Settings", "Tokens",
            ]),
        core(
            "SessionAuthentication",
            ["AccessIDs", "Authentication", "Database", "Events", "Identity", "Settings", "SQLiteDriver"]),
        core(
            "Endpoints",
            [
                "Accounts", "Database", "Encoding", "Events", "HTML", "HTTP", "Identity", "JSON", "Secrets",
                "Sessions", "Settings",
            ]),
        core(
            "Storage",
            [
                "AccessIDs", "Accounts", "Database", "Events", "FileLocks", "HTTP", "Identity", "Revocations",
                "Sessions", "Settings", "SQLiteDriver", "Threads", "Throttling",
            ]),
        core(
            "SiteAuthentication",
            [
                "Authentication", "HTTP", "Secrets", "SessionAuthentication", "Settings", "Storage",
                "TokenAuthentication",
            ]),
        core(
            "TokenDelivery",
            [
                "AccessIDs", "Accounts", "Endpoints", "HTTP", "Identity", "JSON", "RefreshTokens", "Secrets",
                "Sessions", "Settings", "TokenAuthentication", "TokenSigning", "Tokens",
            ]),

        core("CredentialFields", ["Endpoints", "HTTP", "Passwords", "Secrets", "Settings", "Usernames"]),

        // The programs
        program(
            "verify",
            [
                "Authentication", "FastCGI", "FastCGIRecords", "HTTP", "Identity", "Launch", "Settings",
                "TokenAuthentication", "Tokens",
            ]),
        program(
            "verify-session",
            ["Authentication", "FastCGI", "HTTP", "Identity", "Launch", "SessionAuthentication", "Settings"]),
        program(
            "signup",
            [
                "Accounts", "CredentialFields", "Devices", "Endpoints", "Events", "FastCGI", "HTTP", "HashingGate",
                "Identity", "JSON",
                "Launch", "Lookalikes", "PasswordStrength", "Passwords", "Secrets", "Sessions", "Settings", "Storage",
                "Throttling", "TokenDelivery", "Usernames",
            ]),
        program(
            "login",
            [
                "Accounts", "CredentialFields", "Cryptography", "Database", "Devices", "Endpoints", "Events", "FastCGI",
                "HTTP", "HashingGate",
                "Identity", "Launch",
                "Passwords", "PasswordVerification",
                "RefreshTokens", "Secrets", "Sessions", "Settings", "Storage", "Throttling", "TokenDelivery",
                "Usernames",
            ]),
        program(
            "refresh",
            [
                "Accounts", "Authentication", "Endpoints", "Events", "FastCGI", "HTTP", "Identity", "JSON", "Launch",
                "RefreshTokens", "Secrets", "Sessions", "Settings", "Storage", "Throttling", "TokenDelivery",
            ]),
        program(
            "logout",
            [
                "Accounts", "Authentication", "Endpoints", "Events", "FastCGI", "HTTP", "Identity", "Launch",
                "RefreshTokens", "Secrets", "Sessions", "Settings", "SiteAuthentication", "Storage",
            ]),
        program(
            "account",
            [
                "Accounts", "Authentication", "CredentialFields", "Endpoints", "Events", "FastCGI", "HTTP",
                "HTML", "HashingGate", "Identity",
                "JSON",
                "Launch", "PasswordStrength", "Passwords", "PasswordVerification", "Secrets", "Sessions", "Settings",
                "SiteAuthentication", "Storage", "Throttling", "UserAgents",
            ]),
        .executableTarget(
            name: "fcgi-authctl",
            dependencies: [
                "AccountImport", "Accounts", "CLinux", "Database", "Events", "Identity", "JSON", "Lookalikes",
                "PasswordStrength",
                "Passwords",
                "Revocations",
                "Secrets", "Sessions", "Settings", "Storage", "TokenSigning", "Tokens", "Usernames",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Sources/fcgi-auth/fcgi-authctl", swiftSettings: strict),

        // For the tests, never shipped
        .executableTarget(
            name: "username-probe", dependencies: ["Usernames"], path: "Tests/UsernameProbe", swiftSettings: strict),
        .executableTarget(
            name: "commit-probe",
            dependencies: ["Accounts", "Database", "Identity", "Revocations", "SQLiteDriver", "Sessions", "Threads"],
            path: "Tests/CommitProbe", swiftSettings: strict),
        .executableTarget(
            name: "hash-probe", dependencies: ["CArgon2", "Threads"], path: "Tests/HashProbe", swiftSettings: strict),
        .executableTarget(
            name: "ungrouped-refresh",
            dependencies: [
                "Accounts", "Authentication", "Endpoints", "Events", "FastCGI", "HTTP", "Identity", "JSON", "Launch",
                "RefreshTokens", "Secrets", "Sessions", "Settings", "Storage", "Throttling", "TokenDelivery",
            ],
            path: "Tests/UngroupedRefresh", swiftSettings: strict),
        .executableTarget(
            name: "ungrouped-logout",
            dependencies: [
                "Accounts", "Authentication", "Endpoints", "Events", "FastCGI", "HTTP", "Identity", "Launch",
                "RefreshTokens", "Secrets", "Sessions", "Settings", "SiteAuthentication", "Storage",
            ],
            path: "Tests/UngroupedLogout", swiftSettings: strict),
        .target(name: "TestFixtures", path: "Tests/TestFixtures", swiftSettings: strict),
        tests("Secrets", ["Secrets"]),
        tests("Encoding", ["Encoding"]),
        tests("JSON", ["JSON", "Secrets"]),
        tests("HTML", ["HTML"]),
        tests("Identity", ["Identity"]),
        tests("Usernames", ["Usernames"]),
        tests("Lookalikes", ["Lookalikes", "TestFixtures", "Usernames"]),
        tests("HTTP", ["HTTP", "Secrets", "JSON", "Encoding"]),
        tests("FastCGIRecords", ["FastCGIRecords"]),
        tests("Settings", ["Settings", "Events", "HTTP"]),
        tests("Events", ["Events", "Identity"]),
        tests("Cryptography", ["Cryptography", "JSON", "Secrets", "Encoding"]),
        tests(
            "Tokens",
            ["Tokens", "TokenSigning", "RefreshTokens", "Cryptography", "JSON", "Secrets", "Encoding", "Identity"]
        ),
        tests("Passwords", ["CArgon2", "PasswordVerification", "Passwords", "Secrets"]),
        tests("PasswordVerification", ["Passwords", "PasswordVerification", "Secrets"]),
        tests("PasswordStrength", ["PasswordStrength", "Passwords", "Secrets"]),
        tests("HashingGate", ["HashingGate", "Passwords", "TestFixtures"]),
        tests("YAML", ["YAML"]),
        tests("AccountImport", ["AccountImport", "Identity", "Settings", "Usernames"]),
        tests("Revocations", ["Revocations", "Identity", "TestFixtures"]),
        tests("Database", ["Database", "SQLiteDriver", "TestFixtures"]),
        tests(
            "AccessIDs",
            [
                "AccessIDs", "Authentication", "Database", "Events", "Identity", "SessionAuthentication",
                "SQLiteDriver", "TestFixtures",
            ]),
        tests("UserAgents", ["UserAgents"]),
        tests("Devices", ["Devices", "HTTP", "Identity", "Secrets"]),
        tests("Throttling", ["Throttling", "Database", "SQLiteDriver", "Identity", "TestFixtures"]),
        tests(
            "Sessions",
            [
                "AccessIDs", "Sessions", "Accounts", "Database", "SQLiteDriver", "Identity", "Revocations",
                "TestFixtures",
            ]),
        tests(
            "Storage",
            [
                "Accounts", "Database", "FileLocks", "Identity", "Revocations", "Sessions", "Settings", "SQLiteDriver",
                "Storage", "TestFixtures",
            ]),
        tests(
            "TokenAuthentication",
            ["Identity", "JSON", "Secrets", "TokenAuthentication", "TokenSigning", "Tokens"]),
        tests(
            "Endpoints",
            [
                "Authentication", "Endpoints", "HTML", "HTTP", "Identity", "JSON", "Secrets", "Settings", "Events",
                "Encoding",
            ]),
    ]
)
