import ServiceProtocols
import SharingContracts
import Umbral

/// Records that are asked for together: those whose beginnings the vault has, as far as this client can hold them.
///
/// A record whose beginning is not to be had, or is spoilt, is left out of the request: otherwise nothing of it would open.
struct RecordsTogether {
    /// In the order of a request.
    let downloads: [SealedRecordDownload]
    let failures: [(record: RecordID, error: ClientError)]

    /// - Parameter records: Each once, with its folder's key. What is neither in ``downloads`` nor in ``failures`` afterwards is for
    ///   another request.
    init(_ records: [(record: Record, folderKey: PublicKey)], from services: ServiceDirectory) async {
        var failures: [(record: RecordID, error: ClientError)] = []
        var begun: [SealedRecordDownload] = []
        var held: UInt64 = 0
        for (one, beginning) in zip(records, await SealedRecordDownload.beginnings(of: records, from: services)) {
            switch beginning {
            case .failure(let error): failures.append((one.record.id, error))
            case .success(let download):
                held += download.byteCount
                guard begun.isEmpty || held <= SealedRecordDownload.maximumBytes else { continue }
                begun.append(download)
            }
        }
        self.failures = failures
        downloads = begun.sorted { $0.record < $1.record }
    }
}

extension SealedRecordDownload {
    /// How many records' beginnings are fetched at once, and how many records.
    private static let beginningsAtOnce = 8
    private static let recordsAtOnce = 4

    /// Fetches each record's beginning, some at once, in their order.
    static func beginnings(
        of records: [(record: Record, folderKey: PublicKey)], from services: ServiceDirectory
    ) async -> [Result<SealedRecordDownload, ClientError>] {
        await FewAtOnce.map(records, atMost: beginningsAtOnce) { (one) -> Result<SealedRecordDownload, ClientError> in
            do throws(ClientError) {
                return .success(try await SealedRecordDownload(one.record, folderKey: one.folderKey, from: services))
            } catch { return .failure(error) }
        }
    }

    /// Fetches what is left of each record, some at once, in their order.
    static func containers(
        of begun: [SealedRecordDownload], keeping kept: KeptDownload? = nil
    ) async -> [Result<SealedContainer, ClientError>] {
        await FewAtOnce.map(begun, atMost: recordsAtOnce) { (download) -> Result<SealedContainer, ClientError> in
            do throws(ClientError) { return .success(try await download.container(keeping: kept)) } catch {
                return .failure(error)
            }
        }
    }
}

extension WorldState {
    /// How many records a request may name under the rules in force: one before consent 4.
    var recordsInOneRequest: Int {
        guard let versions = contractsInForce, versions[.consent] >= 4 else { return 1 }
        return Limits.requestedRecords
    }
}
