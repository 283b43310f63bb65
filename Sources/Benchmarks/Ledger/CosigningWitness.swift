import Octets
import ServiceProtocols
import SharingContracts
import TransparencyLog

/// A witness that is somewhere else, as this machine sees it: answers as C2SP tlog-witness demands, after verifying the log's
/// signature and the consistency proof. Its own copy, its re-execution and its disk are other machines' work, and so is the way there.
actor CosigningWitness: Witnessing {
    private let signer: NoteSigner
    private let log: VerifierKey
    private let clock: any ServiceProtocols.Clock
    private var size: UInt64 = 0
    private var root = MerkleTree.emptyRoot

    init(signer: NoteSigner, log: VerifierKey, clock: any ServiceProtocols.Clock) {
        self.signer = signer
        self.log = log
        self.clock = clock
    }

    func addCheckpoint(
        old: UInt64, consistencyProof: [[UInt8]], checkpoint bytes: [UInt8]
    ) async throws(WitnessRefusal) -> [UInt8] {
        guard old == size else { throw .conflict(size: size) }
        do {
            let note = try SignedNote(encoded: bytes)
            let checkpoint = try VerifiedCheckpoint(note, logs: [log], witnesses: []).checkpoint
            let path = try consistencyProof.map { try MerkleHash($0) }
            try ConsistencyProof(oldSize: old, newSize: checkpoint.size, path: path)
                .verify(oldRoot: root, newRoot: checkpoint.root)
            let line = try signer.cosign(text: note.text, time: clock.now().milliseconds / 1_000)
            (size, root) = (checkpoint.size, checkpoint.root)
            return line.encoded
        } catch { throw .inconsistent("\(error)") }
    }
}
