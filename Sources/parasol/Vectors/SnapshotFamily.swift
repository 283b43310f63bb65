import LedgerMirror
import LedgerReplica
import Octets
import SharingContracts
import TransparencyLog

/// `snapshots`: snapshots of a ledger's state under one policy, and some that are refused.
enum SnapshotFamily: VectorFamily {
    static let name = "snapshots"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let (origin, policy) = (try fields["origin"].string(), try fields["policy"].string())
        let trust = try section.attempt { () throws(TransparencyLogError) in
            try TrustAnchor(origin: origin, policyText: policy)
        }
        let good = try fields["good"].array()
        for node in good {
            var fields = try node.fields()
            let (why, bytes) = (try fields["why"].string(), try fields["snapshot"].octets())
            let isAccepting = try fields["accepting_unvouched"].bool()
            let head = try node.attempt { () throws(MirrorError) in
                try CheckedSnapshot(bytes, trust: trust, acceptingUnvouched: isAccepting).head
            }
            try fields["size"].counts(head.checkpoint.checkpoint.size)
            try fields["rows"].counts(head.rowCount)
            try fields["root"].equals(head.root.bytes)
            let vouched = try fields["vouched"]
            guard try vouched.bool() == (head.stateNote != nil) else {
                throw vouched.failure(.unequal(expected: "\(head.stateNote != nil)"))
            }
            try fields.finish()
            report("snapshot, \(why): holds")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let (why, bytes) = (try fields["why"].string(), try fields["snapshot"].octets())
            let isAccepting = try fields["accepting_unvouched"].bool()
            try fields["error"].names {
                _ = try CheckedSnapshot(bytes, trust: trust, acceptingUnvouched: isAccepting)
            }
            try fields.finish()
            report("snapshot, \(why): refused")
        }
        try fields.finishBound()
        return good.count + refused.count
    }
}

/// `state_roots`: a whole ledger, and the state root after each of its leaves.
enum StateRootFamily: VectorFamily {
    static let name = "state_roots"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        var state = WorldState(origin: try fields["origin"].string())
        let (leaves, roots) = (try fields["leaves"].array(), try fields["roots"].array())
        guard roots.count == leaves.count + 1 else { throw section.failure(.refused("not a root more than leaves")) }
        for (index, node) in roots.enumerated() {
            if index > 0 {
                let bytes = try leaves[index - 1].octets()
                try leaves[index - 1].attempt { try state.apply(LedgerEntry(serialized: bytes)) }
            }
            var frontier = TreeFrontier()
            try node.attempt {
                try state.forEachRow { try frontier.append(MerkleTree.leafHash(of: $0.leaf)) }
            }
            var fields = try node.fields()
            try fields["rows"].counts(frontier.size)
            try fields["root"].equals(frontier.root.bytes)
            try fields.finish()
            report("state after \(index) leaves: has this root")
        }
        try fields.finishBound()
        return roots.count
    }
}
