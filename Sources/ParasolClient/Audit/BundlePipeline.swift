import LogStorage
import SharingContracts
import TransparencyLog

/// Brings a log's bundles in order before whoever applies them, read, decoded and with their signatures verified on all
/// cores meanwhile.
///
/// Two steps a bundle run beside each other: reading with decoding, and, once all bundles before it are decoded and so all
/// keys are known, verifying. Bounded: at most ``inFlight`` bundles are held.
struct BundlePipeline {
    let folder: LogFolder
    let size: UInt64
    /// How many bundles are decoded or verified at once.
    let jobs: Int
    /// Leaves below need no verified signatures.
    let trusted: UInt64
    private var keys = SignerKeys()
    private var read: UInt64 = 0
    private var verified: UInt64 = 0
    private var applied: UInt64 = 0
    private var decodedBundles: [UInt64: AuditedBundle] = [:]
    private var readyBundles: [UInt64: AuditedBundle] = [:]

    private enum Step: Sendable {
        case decoded(UInt64, AuditedBundle)
        case verified(UInt64, AuditedBundle)
    }

    init(_ folder: LogFolder, size: UInt64, jobs: Int, trusted: UInt64) {
        self.folder = folder
        self.size = size
        self.jobs = max(1, jobs)
        self.trusted = trusted
    }

    private var count: UInt64 { Tile.count(level: 0, size: size) }
    private var inFlight: UInt64 { 2 * UInt64(jobs) + 2 }

    /// Hands each bundle to `apply`, from the first on.
    ///
    /// - Parameter apply: Applies the bundle to the state. Nothing else changes the state.
    /// - Throws: what `apply` throws; nothing more is applied then.
    mutating func run(
        on state: inout WorldState, apply: (AuditedBundle, inout WorldState) throws(AuditError) -> Void
    ) async throws(AuditError) {
        let outcome: Result<Void, AuditError> = await withTaskGroup(of: Step.self) { group in
            var running = 0
            while applied < count {
                while running < jobs, let step = nextStep(in: state) {
                    group.addTask { step() }
                    running += 1
                }
                // Something is running here, or ready: the oldest bundle in flight is always one of the two.
                if let bundle = readyBundles.removeValue(forKey: applied) {
                    do throws(AuditError) { try apply(bundle, &state) } catch {
                        group.cancelAll()
                        return .failure(error)
                    }
                    keys.forget(bundle)
                    applied += 1
                } else if let step = await group.next() {
                    running -= 1
                    take(step)
                }
            }
            return .success(())
        }
        try outcome.get()
    }

    private mutating func take(_ step: Step) {
        switch step {
        case .decoded(let number, let bundle): decodedBundles[number] = bundle
        case .verified(let number, let bundle): readyBundles[number] = bundle
        }
    }

    /// What a free core does next: verify what is oldest, else read on.
    private mutating func nextStep(in state: WorldState) -> (@Sendable () -> Step)? {
        if let bundle = decodedBundles.removeValue(forKey: verified) {
            let number = verified
            verified += 1
            keys.learn(from: bundle)
            let needed =
                bundle.start + UInt64(bundle.entries.count) > trusted ? keys.keys(for: bundle, in: state) : []
            let origin = state.origin
            return {
                var bundle = bundle
                bundle.verifySignatures(origin: origin, keys: needed)
                return .verified(number, bundle)
            }
        }
        guard read < count, read - applied < inFlight else { return nil }
        let number = read
        read += 1
        return { [folder, size] in .decoded(number, AuditedBundle(number, of: size, in: folder)) }
    }
}
