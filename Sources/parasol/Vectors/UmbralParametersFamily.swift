import Octets
import Secp256k1
import Umbral

/// `params`: the second generator, compressed and by coordinates.
enum UmbralParametersFamily: VectorFamily {
    static let name = "params"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let computed = try section.attempt { () throws(Secp256k1Error) in
            try HashToCurve.secp256k1XMDSHA256SSWURO(
                message: DomainTag.secondGenerator.octets, domainSeparationTag: DomainTag.parameters.octets)
        }
        let uncompressed = computed.uncompressed.bytes
        try fields["u_compressed"].equals(computed.compressed.bytes)
        try fields["u_x"].equals(uncompressed[1..<33])
        try fields["u_y"].equals(uncompressed[33..<65])
        try fields.finish()
        report("params: U is hashed to the curve")
        return 1
    }
}
