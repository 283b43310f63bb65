import Foundation

/// A vector file of the reference's layout.
struct VectorFile: Decodable, Sendable {
    struct Parameters: Decodable { let uCompressed: String }
    struct Factory: Decodable {
        struct Derived: Decodable { let makeFactorySeed: String }
        let seed, label, makeKey, makeSecret, makeFactoryThenMakeSecretSameLabel: String
        let derived: Derived
    }
    struct SignatureCase: Decodable {
        struct Derived: Decodable { let rfc6979PlainBe: String }
        let sk, pk, message, be, der: String
        let derived: Derived
    }
    struct Case: Decodable {
        struct Derived: Decodable {
            let capsuleH, keySeed, demKey, dhPoint, d, cfrag0ChallengeH: String
            let shareXFirstT: [String]
        }
        let threshold, shares: Int
        let signDelegatingKey, signReceivingKey: Bool
        let delegatingSk, delegatingPk, receivingSk, receivingPk, signingSk, verifyingPk: String
        let plaintext, capsule, capsuleSimple, ciphertext: String
        let kfrags, cfrags, cfragsSimple: [String]
        let evidenceCfrag0, evidenceMessageHash: String
        let evidenceV: Bool
        let derived: Derived
    }
    struct Robustness: Decodable {
        struct Item: Decodable { let type, what, bytes: String }
        let contextCaseIndex: Int
        let items: [Item]
    }

    let params: Parameters
    let factory: [Factory]
    let signatures: [SignatureCase]
    let cases: [Case]
    let robustness: Robustness

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let published: URL = {
        let environment = ProcessInfo.processInfo.environment
        let shared = environment["PARASOL_SHARED"].map { URL(filePath: $0) } ?? root.appending(path: "../shared")
        return shared.appending(path: "reference/vectors/umbral.json")
    }()

    private static let own = root.appending(path: "Vectors/umbral.json")

    /// Our own file, and the peer's where it lies beside the repository.
    static let all: [VectorFile] = {
        var files = [own]
        if FileManager.default.fileExists(atPath: published.path(percentEncoded: false)) {
            files.append(published)
        } else {
            print("skipping the peer's vectors: no file \(published.path(percentEncoded: false))")
        }
        return files.map { file in
            do {
                let decoder = JSONDecoder()
                decoder.keyDecodingStrategy = .convertFromSnakeCase
                return try decoder.decode(VectorFile.self, from: Data(contentsOf: file))
            } catch {
                preconditionFailure("\(file): \(error)")
            }
        }
    }()
}
