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
    .target(name: "CValgrind"),
]

let ground: [Target] = [
    library("Octets", [])
]

let cryptography: [Target] = [
    library("Ciphers", ["Octets", "CLibcrypto"]),
    library("Secp256k1", ["Octets", "CSecp256k1", "CGMP", "CValgrind", crypto]),
    library("Umbral", ["Octets", "Ciphers", "Secp256k1", crypto]),
]

let formats: [Target] = [
    library("SealedRecord", ["Octets", "Ciphers", crypto]),
    library("TransparencyLog", ["Octets", crypto]),
    library("Electrocardiogram", ["Octets"]),
]

let rules: [Target] = [
    .target(name: "SharingMessages", dependencies: [protobuf], swiftSettings: generated),
    library("SharingContracts", ["Octets", "Secp256k1", "Umbral", "SharingMessages", protobuf, crypto]),
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
        ["Octets", "ServiceProtocols", "SharingContracts", "TransparencyLog", "Persistence", crypto]),
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
]

let programs: [Target] = [
    .executableTarget(
        name: "parasol",
        dependencies: [
            "Octets", "Ciphers", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog", "Electrocardiogram",
            "SharingMessages", "SharingContracts", "ServiceProtocols", "LedgerReplica", "LedgerMirror", "LedgerNode",
            "KeyService", "ProxyService", "RecordVault", "ParasolClient", "EmbeddedNode", "Persistence", "DurableFiles",
            "LogStorage", arguments, crypto, logging, protobuf,
        ],
        swiftSettings: house)
]

let instruments: [Target] = [
    .target(name: "CAllocations"),
    library(
        "TestKit",
        [
            "Octets", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog", "Electrocardiogram", "SharingMessages",
            "SharingContracts", "ServiceProtocols", "LedgerReplica", "LedgerNode", "KeyService", "ProxyService",
            "RecordVault", "ParasolClient", "EmbeddedNode", "Persistence", crypto,
        ]),
    .executableTarget(
        name: "Benchmarks",
        dependencies: [
            "CAllocations", "Octets", "Ciphers", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog",
            "SharingContracts", "ServiceProtocols", "Persistence", "LedgerNode", crypto, histogram,
        ],
        swiftSettings: house),
    .executableTarget(
        name: "ConstantTime",
        dependencies: ["CValgrind", "Octets", "Ciphers", "Secp256k1", "Umbral"],
        swiftSettings: house),
    .executableTarget(
        name: "FaultDriver",
        dependencies: [
            "TestKit", "Octets", "TransparencyLog", "SharingContracts", "DurableFiles", "LogStorage",
            "ServiceProtocols",
            "LedgerReplica", "LedgerNode", "ParasolClient",
        ],
        swiftSettings: house),
]

let checks: [Target] = [
    tests("Octets", []),
    tests("Ciphers", ["Octets"]),
    tests("Secp256k1", ["Octets", crypto]),
    tests("Umbral", ["Octets", "Secp256k1", "Ciphers", crypto]),
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
            "TestKit", "Octets", "ServiceProtocols", "SharingContracts", "TransparencyLog", "DurableFiles",
            "LogStorage",
            "Persistence", crypto, logging,
        ]),
    tests(
        "ParasolClient",
        [
            "TestKit", "Octets", "Ciphers", "Secp256k1", "Umbral", "SealedRecord", "TransparencyLog",
            "Electrocardiogram", "SharingContracts", "DurableFiles", "LogStorage", "ServiceProtocols", "LedgerReplica",
            crypto,
        ]),
    tests("parasol", ["Octets", "TransparencyLog", "SharingContracts", "LogStorage", "ParasolClient"]),
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
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: systemLibraries + ground + cryptography + formats + rules + stores + services + agents + programs
        + instruments + checks,
    swiftLanguageModes: [.v6]
)
