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
        let compressed = computed.compressed.bytes
        try fields["u_compressed"].equals(compressed)
        let x = try fields["u_x"]
        try x.equals(compressed.dropFirst())
        let y = try fields["u_y"]
        guard AffineCoordinates(x: try x.octets(), y: try y.octets())?.compressed == compressed else {
            throw y.failure(.refused("the point is not U"))
        }
        try fields.finish()
        report("params: U is hashed to the curve")
        return 1
    }
}
