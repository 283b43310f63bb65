import Octets
import Secp256k1
import Umbral

/// `robustness`: encodings that a strict reader refuses, with what others did.
///
/// Each item is a named change of the `valid` item of its type, which is the first of its kind in the case that
/// `context_case_index` gives. The change itself is checked, so that a wrong digit in an item which is refused anyhow
/// is found too.
enum UmbralRobustnessFamily: VectorFamily {
    static let name = "robustness"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let context = try context(at: try fields["context_case_index"], of: file)
        let list = try fields["items"]
        let items = try list.array().map { node throws(VectorError) in try UmbralRobustnessItem(node) }
        try fields.finish()

        var names: Set<String> = []
        var valid: [UmbralObject: [UInt8]] = [:]
        for item in items {
            guard names.insert(item.name).inserted else {
                throw item.node.failure(.unequal(expected: "an item of its own: \(item.name) comes twice"))
            }
            if item.what == UmbralRobustnessItem.valid { valid[item.object] = item.bytes }
        }
        for item in items {
            guard let original = valid[item.object] else {
                throw item.node.failure(.refused("no valid item of this type to compare with"))
            }
            if let context, item.what == UmbralRobustnessItem.valid, item.bytes != context.encoding(of: item.object) {
                throw item.node.failure(.unequal(expected: "the case's own \(item.object.rawValue)"))
            }
            try item.checkChange(from: original)
            let verdict = try item.checkVerdict(in: context, capsule: valid[.capsule])
            report("robustness, \(item.name): \(verdict)")
        }
        try UmbralPeers.checkAgreement(of: items)
        return items.count
    }

    /// The case that the items were made from; nil where the file has no cases.
    private static func context(at node: VectorNode, of file: VectorFields) throws(VectorError) -> UmbralCase? {
        let index = try node.integer()
        guard index >= 0 else { throw node.failure(.refused("a negative index")) }
        var file = file
        guard let cases = try file.optional(UmbralCaseFamily.name)?.array() else { return nil }
        guard index < cases.count else { throw node.failure(.refused("there are \(cases.count) cases")) }
        var fields = try cases[index].fields()
        return try UmbralCase(reading: &fields)
    }
}

/// A type of object that an item may be.
enum UmbralObject: String {
    case capsule
    case capsuleFragment = "cfrag"
    case keyFragment = "kfrag"
}

extension UmbralCase {
    /// The first object of a type, encoded.
    func encoding(of object: UmbralObject) -> [UInt8] {
        switch object {
        case .capsule: capsule.serialized
        case .capsuleFragment: capsuleFragments[0].serialized
        case .keyFragment: keyFragments[0].serialized.revealed
        }
    }
}
