// swift-tools-version: 6.2
import PackageDescription

// Layers, lowest first. A target imports only from layers below its own; `Scripts/check-layers` reads this
// manifest and the sources and enforces it. Docs/layers.md says what each layer may know.

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Generated code follows its generator's style, so its warnings are not ours to mend.
let generated: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault")
]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let structuredFields: Target.Dependency = .product(
    name: "RawStructuredFieldValues", package: "swift-http-structured-headers")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdHTTP2: Target.Dependency = .product(name: "HummingbirdHTTP2", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let swiftConfiguration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: [.byName(name: name)] + dependencies, swiftSettings: house)
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
    .systemLibrary(name: "CGMP", providers: [.apt(["libgmp-dev"])]),
    .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CValgrind"),
]

let ground: [Target] = [
    library("Octets", [])
]

let cryptography: [Target] = [
    library("Ciphers", ["Octets", "CLibcrypto"]),
    library("Secp256k1", ["Octets", "CSecp256k1", "CGMP", "CValgrind", crypto]),
    library("Umbral", ["Octets", "Ciphers", "Secp256k1", crypto]),
    library("P256Verification", ["Octets", "CLibcrypto", "CGMP", crypto]),
]

let formats: [Target] = [
    library("SealedRecord", ["Octets", "Ciphers", crypto]),
    library("TransparencyLog", ["Octets", crypto]),
    library("Electrocardiogram", ["Octets"]),
]

let rules: [Target] = [
    .target(name: "SharingMessages", dependencies: [protobuf], swiftSettings: generated),
    library(
        "SharingContracts",
        ["Octets", "Secp256k1", "Umbral", "P256Verification", "SharingMessages", protobuf, crypto]),
]

let stores: [Target] = [
    library("DurableFiles", []),
    library("LogStorage", ["Octets", "TransparencyLog", "DurableFiles"]),
    library("Persistence", ["Octets", grdb, crypto]),
]

let services: [Target] = [
    library(
        "ServiceProtocols",
        ["Octets", "Secp256k1", "Umbral", "SharingMessages", "SharingContracts", "TransparencyLog", crypto]),
    library(
        "LedgerReplica",
        ["Octets", "ServiceProtocols", "SharingContracts", "TransparencyLog", "Persistence", crypto, logging]),
    library(
        "LedgerMirror",
        [
            "Octets", "ServiceProtocols", "LedgerReplica", "SharingContracts", "TransparencyLog", "DurableFiles",
            "LogStorage", "Persistence",
        ]),
    library(
        "LedgerNode",
        [
            "Octets", "ServiceProtocols", "LedgerReplica", "SharingMessages", "SharingContracts", "TransparencyLog",
            "DurableFiles", "LogStorage", "Persistence", crypto, logging,
        ]),
    library(
        "KeyService",
        [
            "Octets", "ServiceProtocols", "LedgerReplica", "Secp256k1", "Umbral", "SharingMessages", "SharingContracts",
            "TransparencyLog", "Persistence", crypto, logging,
        ]),
    library(
        "ProxyService",
        [
            "Octets", "ServiceProtocols", "LedgerReplica", "Secp256k1", "Umbral", "SharingMessages", "SharingContracts",
            "TransparencyLog", "Persistence", crypto, logging,
        ]),
    library(
        "RecordVault",
        [
            "Octets", "ServiceProtocols", "SharingContracts", "SealedRecord", "DurableFiles", "Persistence", crypto,
            logging,
        ]),
    library(
        "Registrar",
        [
            "Octets", "ServiceProtocols", "LedgerReplica", "SharingContracts", "TransparencyLog", "Persistence", crypto,
            logging,
        ]),
]

let transport: [Target] = [
    library("PrometheusMetrics", [metrics]),
    library("HTTPMessageSignatures", ["Octets", "P256Verification", httpTypes, structuredFields, crypto]),
    library(
        "ParasolHTTP",
        [
            "CZlib", "Octets", "TransparencyLog", "SharingContracts", "LogStorage", "ServiceProtocols", "LedgerReplica",
            "HTTPMessageSignatures", httpTypes, hummingbird, hummingbirdCore, hummingbirdTLS, hummingbirdHTTP2,
            httpClient, nioCore, nioPosix, nioHTTP1, nioHTTP2, nioHTTPTypes, nioTLS, nioSSL, lifecycle, metrics, x509,
            crypto, logging,
        ]),
]

let agents: [Target] = [
    library(
        "ParasolClient",
        [
            "Octets", "Ciphers", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog", "Electrocardiogram",
            "SharingMessages", "SharingContracts", "DurableFiles", "LogStorage", "ServiceProtocols", "LedgerReplica",
            crypto,
            logging,
        ]),
    library(
        "EmbeddedNode",
        [
            "Octets", "Umbral", "TransparencyLog", "SharingContracts", "DurableFiles", "Persistence",
            "ServiceProtocols", "LedgerReplica", "LedgerNode", "KeyService", "ProxyService", "RecordVault",
            "ParasolClient", crypto, logging,
        ]),
    library(
        "NodeHost",
        [
            "Octets", "Umbral", "TransparencyLog", "SharingContracts", "DurableFiles", "LogStorage", "Persistence",
            "ServiceProtocols", "LedgerReplica", "LedgerMirror", "LedgerNode", "KeyService", "ProxyService",
            "RecordVault", "Registrar", "PrometheusMetrics", "ParasolHTTP", "ParasolClient", "EmbeddedNode", crypto,
            logging, metrics, lifecycle, signals, x509, asn1, swiftConfiguration, yams,
        ]),
]

let programs: [Target] = [
    .executableTarget(
        name: "parasol",
        dependencies: [
            "Octets", "Ciphers", "Secp256k1", "Umbral", "P256Verification", "SealedRecord", "TransparencyLog",
            "Electrocardiogram", "SharingMessages", "SharingContracts", "ServiceProtocols", "LedgerReplica",
            "LedgerMirror", "LedgerNode",
            "KeyService", "ProxyService", "RecordVault", "ParasolClient", "EmbeddedNode", "Persistence", "DurableFiles",
            "LogStorage", "HTTPMessageSignatures", "ParasolHTTP", "NodeHost", httpTypes, arguments, crypto, logging,
            protobuf,
        ],
        swiftSettings: house)
]

let instruments: [Target] = [
    .target(name: "CAllocations"),
    library(
        "TestKit",
        [
            "Octets", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog", "Electrocardiogram", "SharingMessages",
            "SharingContracts", "LogStorage", "ServiceProtocols", "LedgerReplica", "LedgerNode", "KeyService",
            "ProxyService", "RecordVault", "ParasolClient", "EmbeddedNode", "Persistence", crypto,
        ]),
    .executableTarget(
        name: "Benchmarks",
        dependencies: [
            "CAllocations", "Octets", "Ciphers", "Secp256k1", "Umbral", "P256Verification", "SealedRecord",
            "TransparencyLog",
            "Electrocardiogram", "SharingContracts", "DurableFiles", "LogStorage", "ServiceProtocols", "LedgerReplica",
            "Persistence", "LedgerMirror", "LedgerNode", "ParasolHTTP", "ParasolClient", "NodeHost", httpTypes, crypto,
            histogram,
            logging,
        ],
        swiftSettings: house),
    .executableTarget(
        name: "ConstantTime",
        dependencies: ["CValgrind", "Octets", "Ciphers", "Secp256k1", "Umbral"],
        swiftSettings: house),
    .executableTarget(
        name: "FaultDriver",
        dependencies: [
            "TestKit", "Octets", "TransparencyLog", "SharingContracts", "DurableFiles", "LogStorage", "Persistence",
            "ServiceProtocols", "LedgerReplica", "LedgerNode", "ParasolClient",
        ],
        swiftSettings: house),
]

let checks: [Target] = [
    tests("Octets", []),
    tests("Ciphers", ["Octets"]),
    tests("Secp256k1", ["Octets", crypto]),
    tests("Umbral", ["Octets", "Secp256k1", "Ciphers", crypto]),
    tests("P256Verification", ["Octets", crypto]),
    tests("SealedRecord", ["Octets", "Ciphers", crypto]),
    tests("TransparencyLog", ["Octets", crypto]),
    tests("Electrocardiogram", ["Octets"]),
    tests(
        "SharingContracts",
        ["TestKit", "Octets", "SharingMessages", "Secp256k1", "Umbral", "ServiceProtocols", crypto, protobuf]),
    tests("DurableFiles", []),
    tests("LogStorage", ["TestKit", "Octets", "TransparencyLog", "DurableFiles"]),
    tests("ServiceProtocols", ["Octets", "SharingContracts", crypto]),
    tests(
        "RecordVault",
        ["Octets", "ServiceProtocols", "SharingContracts", "SealedRecord", "DurableFiles", "Persistence", crypto]),
    tests(
        "Registrar",
        [
            "TestKit", "Octets", "ServiceProtocols", "SharingContracts", "LedgerReplica", "LedgerNode", "EmbeddedNode",
            "TransparencyLog", "Umbral", "Persistence", crypto,
        ]),
    tests("Persistence", ["Octets", grdb]),
    tests(
        "LedgerReplica",
        ["TestKit", "Octets", "ServiceProtocols", "SharingContracts", "TransparencyLog", "Persistence", crypto]),
    tests(
        "LedgerMirror",
        [
            "TestKit", "Octets", "ServiceProtocols", "LedgerReplica", "SharingContracts", "TransparencyLog",
            "DurableFiles", "LogStorage", "Persistence",
        ]),
    tests(
        "LedgerNode",
        [
            "TestKit", "Octets", "ServiceProtocols", "LedgerReplica", "SharingContracts", "TransparencyLog",
            "DurableFiles",
            "LogStorage",
            "Persistence", crypto, logging,
        ]),
    tests("PrometheusMetrics", [metrics]),
    tests("HTTPMessageSignatures", [httpTypes, crypto]),
    tests(
        "ParasolHTTP",
        [
            "CZlib", "TestKit", "Octets", "TransparencyLog", "SharingMessages", "SharingContracts", "LogStorage",
            "ServiceProtocols", "LedgerReplica", "LedgerNode", "HTTPMessageSignatures", "PrometheusMetrics", httpTypes,
            hummingbird,
            hummingbirdTesting, httpClient, nioCore, nioPosix, nioHTTP1, nioSSL, lifecycle, x509, asn1, crypto,
            logging,
        ]),
    tests(
        "ParasolClient",
        [
            "TestKit", "Octets", "Ciphers", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog",
            "Electrocardiogram", "SharingContracts", "DurableFiles", "LogStorage", "ServiceProtocols", "LedgerReplica",
            crypto,
        ]),
    tests(
        "NodeHost",
        [
            "TestKit", "Octets", "Ciphers", "Umbral", "TransparencyLog", "Electrocardiogram", "SharingContracts",
            "DurableFiles", "LogStorage", "ServiceProtocols",
            "LedgerReplica", "LedgerMirror", "LedgerNode", "Registrar", "PrometheusMetrics", "ParasolHTTP",
            "ParasolClient", "EmbeddedNode", crypto, logging, x509, yams, httpTypes,
        ]),
    tests(
        "parasol",
        [
            "TestKit", "Octets", "Ciphers", "Umbral", "TransparencyLog", "Electrocardiogram", "SharingContracts",
            "DurableFiles", "LogStorage", "ServiceProtocols", "LedgerReplica", "LedgerNode", "Registrar",
            "ParasolClient", "EmbeddedNode", arguments, crypto,
        ]),
    tests(
        "EmbeddedNode",
        [
            "TestKit", "Octets", "SealedRecord", "Ciphers", "Umbral", "TransparencyLog", "Electrocardiogram",
            "SharingContracts",
            "ServiceProtocols",
            "LedgerReplica", "LedgerNode", "KeyService", "ParasolClient", "ProxyService", "Persistence", "DurableFiles",
            "Secp256k1", crypto,
        ]),
]

let package = Package(
    name: "Parasol",
    products: [
        .executable(name: "parasol", targets: ["parasol"])
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-structured-headers", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: systemLibraries + ground + cryptography + formats + rules + stores + services + transport + agents
        + programs + instruments + checks,
    swiftLanguageModes: [.v6]
)
