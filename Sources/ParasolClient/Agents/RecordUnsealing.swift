import Octets
import SealedRecord
import SharingContracts
import Umbral

/// One record of a request on its way to its seed: its fragments, combined as soon as there are enough, and verified only where the
/// record's key commitment refuses what they make.
struct RecordUnsealing {
    private let header: SealedRecordHeader
    private let capsule: Capsule
    private let grant: GrantSession
    private(set) var gathering: FragmentGathering
    /// The seed, or why there is none; nil while more fragments may help.
    private(set) var result: Result<CapsuleSeed, ClientError>?

    init(
        _ download: SealedRecordDownload, at index: Int, of asked: Doctor.Request, _ grant: GrantSession, threshold: Int
    ) {
        header = download.header
        capsule = download.capsule
        self.grant = grant
        gathering = FragmentGathering(
            .init(
                request: asked.id, records: asked.records, index: index, capsule: download.capsule.simple.bytes),
            threshold: threshold)
    }

    /// Takes a proxy's answer, and opens with it where that suffices. Nothing where it is settled already.
    mutating func take(_ answer: Result<[[UInt8]], ClientError>, of proxy: IdentityID) {
        guard result == nil else { return }
        gathering.add(answer, of: proxy)
        guard gathering.missing == 0 else { return }
        let header = header
        do throws(UmbralError) {
            let opened = try grant.open(capsule: capsule, fragments: gathering.fragments) { header.accepts($0.octets) }
            gathering.reject(opened.rejected)
            result = .success(opened.value)
        } catch {
            let rejected = error.rejectedFragments
            gathering.reject(rejected)
            // Nothing to leave out means that asking more proxies cannot help.
            if rejected.isEmpty { result = .failure(.umbral(error)) }
        }
    }

    /// Nobody is left to ask.
    mutating func giveUp() {
        if result == nil { result = .failure(gathering.failure) }
    }
}
