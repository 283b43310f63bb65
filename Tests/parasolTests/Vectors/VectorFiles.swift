import Foundation

@testable import parasol

/// The vector files that ship, and those that lie beside the repository.
enum VectorFiles {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let umbral = own("umbral")
    static let sealedRecord = own("sealed-record")
    static let transactions = own("transactions")
    static let transparencyLog = own("transparency-log")
    static let answers = own("answers")
    static let messageSignatures = own("http-message-signatures")
    static let evidence = own("evidence")
    static let snapshot = own("snapshot")
    static let recoveryKit = own("recovery-kit")
    static let devicePairing = own("device-pairing")
    static let signingKeySignatures = own("p256-signatures")
    static let shipped = [
        umbral, sealedRecord, transactions, transparencyLog, answers, messageSignatures, evidence, snapshot,
        recoveryKit, devicePairing, signingKeySignatures,
    ]

    /// The published Umbral vectors; nil where there is no such file.
    static let published: URL? = {
        let shared =
            ProcessInfo.processInfo.environment["PARASOL_SHARED"].map { URL(filePath: $0) }
            ?? root.appending(path: "../shared")
        let file = shared.appending(path: "reference/vectors/umbral.json")
        guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else {
            print("skipping the published vectors: no file \(file.path(percentEncoded: false))")
            return nil
        }
        return file
    }()

    private static func own(_ name: String) -> URL { root.appending(path: "Vectors/\(name).json") }
}
