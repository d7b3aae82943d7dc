// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func layer(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

let package = Package(
    name: "vouchsafe",
    platforms: [.macOS(.v15), .iOS(.v18)],
    products: [
        .executable(name: "vouchsafe", targets: ["vouchsafe"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Layer 1: encodings.
        layer("WireFormats", []),

        // Layer 2: signatures and credentials.
        layer("JOSE", ["WireFormats", crypto, cryptoExtras]),
        layer("CredentialFormats", ["JOSE", "WireFormats", crypto]),

        // Layer 3: messages and records, for both ends of the wire.
        layer("OAuth", ["JOSE", "WireFormats", crypto, httpTypes]),
        layer("OpenID4VCI", ["JOSE", "OAuth", "WireFormats"]),
        layer("RegistryRecords", ["WireFormats"]),
        layer("TransactionTimeline", ["WireFormats"]),
        layer("PersonAuthentication", []),
        layer("WebAuthn", ["JOSE", "WireFormats", crypto]),
        layer("DataSharing", ["CredentialFormats", "JOSE", "OAuth", "WireFormats", crypto, httpTypes]),

        // Layer 4: roles.
        layer(
            "AuthorizationServer",
            ["JOSE", "OAuth", "PersonAuthentication", "TransactionTimeline", "WireFormats", crypto, httpTypes]),
        layer(
            "CredentialIssuer",
            [
                "CredentialFormats", "JOSE", "OAuth", "OpenID4VCI", "RegistryRecords", "TransactionTimeline",
                "WireFormats", httpTypes,
            ]),
        layer(
            "IdentityRegistry",
            [
                "JOSE", "OAuth", "PersonAuthentication", "RegistryRecords", "WebAuthn", "WireFormats", crypto,
                cryptoExtras,
            ]),
        layer("TransparencyLog", ["WireFormats", crypto]),
        layer("PersonVault", ["JOSE", "OAuth", "WireFormats", crypto, httpTypes]),
        layer("Portal", ["CredentialFormats", "JOSE", "OAuth", "WireFormats", crypto]),
        layer("SharingHub", ["DataSharing", "JOSE", "OAuth", "TransparencyLog", "WireFormats", crypto, httpTypes]),
        layer("Anchoring", ["WireFormats", crypto]),
        layer("Verifier", ["CredentialFormats", "JOSE", "OAuth", "WireFormats", crypto, x509, asn1]),
        layer(
            "WalletClient",
            [
                "CredentialFormats", "JOSE", "OAuth", "OpenID4VCI", "Verifier", "WireFormats", crypto, cryptoExtras,
                httpTypes,
            ]),

        layer(
            "HubClient", ["JOSE", "OAuth", "Verifier", "WalletClient", "WireFormats", httpTypes]),
        layer(
            "DataMarket",
            [
                "DataSharing", "HubClient", "JOSE", "OAuth", "TransparencyLog", "WalletClient", "WireFormats", crypto,
                httpTypes,
            ]),
        layer(
            "ServiceProvider",
            [
                "Anchoring", "DataSharing", "HubClient", "JOSE", "OAuth", "TransparencyLog", "Verifier", "WalletClient",
                "WireFormats", crypto, httpTypes,
            ]),

        // Layer 5: edges.
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"]), .brew(["qrencode"])]),
        .systemLibrary(
            name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        // The header alone, which is where compilers look anyhow: pkg-config would link p11-kit too.
        .systemLibrary(name: "CPKCS11", providers: [.apt(["libp11-kit-dev"]), .brew(["p11-kit"])]),
        .systemLibrary(
            name: "CSecp256k1", pkgConfig: "libsecp256k1",
            providers: [.apt(["libsecp256k1-dev"]), .brew(["secp256k1"])]),
        layer("SQLStatements", []),
        layer("PostgreSQL", ["CPostgreSQL", "SQLStatements", logging]),
        layer("HardwareKeys", ["CPKCS11"]),
        layer("EthereumKeys", ["Anchoring", "CSecp256k1", crypto]),
        layer("MessageDelivery", ["JOSE", "WireFormats", crypto, logging, nioCore, nioPosix, nioSSL]),
        layer("PrintedCredential", []),
        layer("KeyStore", ["CredentialFormats", "JOSE", "WireFormats", crypto, x509, asn1]),
        layer(
            "Storage",
            [
                "Anchoring", "AuthorizationServer", "CSQLite", "CredentialIssuer", "DataMarket", "DataSharing",
                "IdentityRegistry",
                "JOSE", "KeyStore", "OAuth", "PersonAuthentication", "Portal", "PostgreSQL", "RegistryRecords",
                "SQLStatements", "SharingHub", "TransactionTimeline", "TransparencyLog", "WebAuthn", "WireFormats",
                crypto, logging, "PersonVault",
            ]),
        layer(
            "ConfigurationFile",
            [
                "Anchoring", "CredentialFormats", "CredentialIssuer", "DataSharing", "OAuth", "PersonAuthentication",
                "RegistryRecords", "SQLStatements", "TransparencyLog", "WireFormats", yams,
            ]),
        layer("OutgoingHTTP", ["Verifier", "WalletClient", httpClient, nioCore, nioPosix, nioHTTP1, httpTypes]),
        layer(
            "WebServer",
            [
                "Anchoring", "AuthorizationServer", "CQREncode", "CredentialIssuer", "DataSharing", "IdentityRegistry",
                "OAuth", "OpenID4VCI", "PersonAuthentication", "PersonVault", "Portal", "PrintedCredential",
                "RegistryRecords", "SharingHub", "TransactionTimeline", "TransparencyLog", "WireFormats", crypto,
                hummingbirdCore, httpTypes, lifecycle, logging, mustache, nioCore, nioHTTP1, nioPosix,
            ], resources: [.copy("Resources")]),

        // Layer 6: the program.
        .executableTarget(
            name: "vouchsafe",
            dependencies: [
                "Anchoring", "AuthorizationServer", "ConfigurationFile", "CredentialFormats", "CredentialIssuer",
                "DataMarket", "DataSharing", "EthereumKeys", "HardwareKeys", "HubClient", "IdentityRegistry", "JOSE",
                "KeyStore", "ServiceProvider",
                "MessageDelivery", "OAuth",
                "OpenID4VCI", "OutgoingHTTP", "PersonAuthentication", "PersonVault", "Portal", "PrintedCredential",
                "RegistryRecords", "SQLStatements", "SharingHub", "Storage", "TransactionTimeline", "Verifier",
                "WalletClient",
                "WebAuthn", "WebServer", "WireFormats", arguments, crypto, httpClient, httpTypes, lifecycle, logging,
                nioCore, nioHTTP1, nioPosix, "TransparencyLog",
            ],
            resources: [.copy("Sample")], swiftSettings: settings),
        // What the program is tried with.
        layer(
            "FuzzTargets",
            [
                "CredentialFormats", "DataSharing", "JOSE", "OAuth", "OpenID4VCI", "TestSupport", "TransparencyLog",
                "WebAuthn",
                "WireFormats", crypto, httpTypes,
            ]),
        .executableTarget(
            name: "vouchsafe-fuzz", dependencies: ["FuzzTargets", arguments], swiftSettings: settings),
        .executableTarget(
            name: "vouchsafe-bench",
            dependencies: [
                "CredentialFormats", "JOSE", "OAuth", "OpenID4VCI", "SQLStatements", "Storage", "TransparencyLog",
                "WireFormats", crypto, cryptoExtras, httpTypes, "DataSharing", arguments,
            ], swiftSettings: settings),

        .target(
            name: "TestSupport", dependencies: ["WireFormats"], path: "Tests/TestSupport", swiftSettings: settings),
        .target(
            name: "TestDatabases", dependencies: ["CPostgreSQL", "Storage", logging], path: "Tests/TestDatabases",
            swiftSettings: settings),
        tests("TransparencyLogTests", ["FuzzTargets", "TestSupport", "TransparencyLog", "WireFormats", crypto]),
        tests("WireFormatsTests", ["FuzzTargets", "TestSupport", "WireFormats"]),
        tests("JOSETests", ["JOSE", "TestSupport", "WireFormats", crypto, cryptoExtras]),
        tests(
            "WebAuthnTests", ["JOSE", "TestSupport", "WebAuthn", "WireFormats", crypto],
            resources: [.copy("Fixtures")]),
        tests("PrintedCredentialTests", ["PrintedCredential", "TestSupport"]),
        tests(
            "MessageDeliveryTests",
            [
                "MessageDelivery", "TestSupport", "WireFormats", crypto, logging, nioCore, nioEmbedded, nioPosix,
                nioSSL, x509, asn1,
            ]),
        tests(
            "PagesTests",
            ["AuthorizationServer", "CredentialIssuer", "OAuth", "PersonAuthentication", "WebServer", httpTypes]),
        tests(
            "PortalTests",
            [
                "CredentialFormats", "CredentialIssuer", "IdentityRegistry", "JOSE", "MessageDelivery", "OAuth",
                "OpenID4VCI", "Portal", "PrintedCredential", "SQLStatements", "Storage", "TestDatabases", "TestSupport",
                "Verifier",
                "WalletClient", "WebServer", "WireFormats", "vouchsafe", crypto, httpTypes, logging,
            ]),
        tests(
            "WalletCommandTests",
            ["OutgoingHTTP", "Verifier", "WalletClient", "vouchsafe", arguments, httpTypes]),
        tests(
            "CredentialFormatsTests",
            ["CredentialFormats", "FuzzTargets", "JOSE", "TestSupport", "WireFormats", crypto]),
        tests(
            "DataExchangeTests",
            [
                "Anchoring", "CredentialFormats", "DataMarket", "DataSharing", "FuzzTargets", "HubClient", "JOSE",
                "OAuth", "SQLStatements", "ServiceProvider", "SharingHub", "Storage", "TestDatabases",
                "TransparencyLog", "WireFormats", crypto, httpTypes, logging,
            ]),
        tests("OAuthTests", ["JOSE", "OAuth", "TestSupport", "WireFormats", crypto, httpTypes]),
        tests(
            "OpenID4VCITests",
            ["FuzzTargets", "JOSE", "OAuth", "OpenID4VCI", "TestSupport", "WireFormats", crypto, httpTypes]),
        tests("DataSharingTests", ["DataSharing", "JOSE", "TestSupport", "WireFormats", crypto]),
        tests("ClaimRulesTests", ["CredentialFormats", "CredentialIssuer", "RegistryRecords", "WireFormats"]),
        tests(
            "IdentityRegistryTests",
            [
                "IdentityRegistry", "PersonAuthentication", "RegistryRecords", "TestSupport", "WebAuthn", "WireFormats",
                crypto,
            ]),
        tests(
            "ConfigurationFileTests",
            [
                "ConfigurationFile", "CredentialFormats", "CredentialIssuer", "OAuth", "PersonAuthentication",
                "RegistryRecords", "TestSupport", "TransparencyLog", "Anchoring",
            ]),
        tests(
            "VerifierTests",
            ["CredentialFormats", "JOSE", "TestSupport", "Verifier", "WireFormats", crypto, x509, asn1]),
        tests(
            "WalletClientTests",
            [
                "CredentialFormats", "JOSE", "OAuth", "OpenID4VCI", "TestSupport", "Verifier", "WalletClient",
                "WireFormats", crypto,
                httpTypes,
            ]),
        tests(
            "OutgoingHTTPTests", ["OutgoingHTTP", "Verifier", "WalletClient", httpTypes, nioCore, nioPosix, nioHTTP1]),
        tests(
            "LandingTests",
            [
                "CredentialFormats", "CredentialIssuer", "OAuth", "OpenID4VCI", "RegistryRecords",
                "TransactionTimeline", "WebServer", "WireFormats", crypto, httpTypes,
            ]),
        tests(
            "AnchoringTests",
            [
                "Anchoring", "EthereumKeys", "SQLStatements", "Storage", "TestDatabases", "TestSupport", "WireFormats",
                crypto, logging,
            ]),
        tests("HardwareKeysTests", ["CPKCS11", "HardwareKeys", "TestSupport", crypto]),
        tests("KeyStoreTests", ["CredentialFormats", "JOSE", "KeyStore", "WireFormats", crypto, x509, asn1]),
        tests(
            "StorageTests",
            [
                "SharingHub", "JOSE", "DataSharing", "AuthorizationServer", "CSQLite", "CredentialIssuer",
                "IdentityRegistry", "KeyStore", "OAuth", "PersonVault",
                "PersonAuthentication", "RegistryRecords", "SQLStatements", "Storage", "TransactionTimeline",
                "TransparencyLog", "TestDatabases", "WebAuthn", "WireFormats", crypto, logging,
            ]),
        tests(
            "PostgreSQLTests",
            ["CPostgreSQL", "PostgreSQL", "SQLStatements", "TestDatabases", "TestSupport", logging]),
        tests(
            "EndpointTests",
            [
                "AuthorizationServer", "ConfigurationFile", "CredentialFormats", "CredentialIssuer",
                "IdentityRegistry", "JOSE", "KeyStore", "OAuth", "OpenID4VCI", "PersonVault", "RegistryRecords",
                "SQLStatements",
                "Storage", "TestDatabases", "TransactionTimeline", "Verifier", "WalletClient", "WebServer",
                "WireFormats", "vouchsafe", crypto, httpTypes, lifecycle, logging, nioCore, nioPosix,
            ]),
    ]
)
