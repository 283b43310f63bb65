import Octets
import Umbral

/// `factory`: what a seed and a label derive.
enum UmbralFactoryFamily: VectorFamily {
    static let name = "factory"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        let vectors = try section.array()
        for (index, vector) in vectors.enumerated() {
            try verify(vector)
            report("factory \(index): key, secret and factory derive")
        }
        return vectors.count
    }

    private static func verify(_ vector: VectorNode) throws(VectorError) {
        var fields = try vector.fields()
        let factory = try fields["seed"].parsed { bytes throws(UmbralError) in
            try SecretKeyFactory(seed: SecretOctets(copying: bytes))
        }
        let label = try fields["label"].octets()
        try fields["make_key"].equals(factory.makeKey(label: label).octets.revealed)
        try fields["make_secret"].equals(factory.makeSecret(label: label).revealed)
        let child = factory.makeFactory(label: label)
        try fields["make_factory_then_make_secret_same_label"].equals(child.makeSecret(label: label).revealed)
        if var derived = try fields.optional("derived")?.fields() {
            try derived["make_factory_seed"].equals(child.revealedSeed.revealed)
            try derived.finish()
        }
        try fields.finish()
    }
}

extension SecretOctets {
    /// A plain copy, for the test secrets of vector files.
    var revealed: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}
