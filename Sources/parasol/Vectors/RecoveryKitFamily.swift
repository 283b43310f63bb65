import Octets
import ParasolClient
import Secp256k1

/// `recovery-kit`: kits that open with enough of their shares, and kits and shares that must not.
enum RecoveryKitFamily: VectorFamily {
    static let name = "recovery-kit"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let cases = try fields["cases"].array()
        var files: [[UInt8]] = []
        for node in cases {
            var fields = try node.fields()
            files.append(try verifyKit(&fields))
            try fields.finish()
            report("recovery kit \(files.count - 1): opens with any shares that are enough")
        }
        let refused = try fields["refused"].array()
        for node in refused {
            var fields = try node.fields()
            let what = try fields["what"].string()
            let error = try refusal(&fields, files)
            let names = error.map { "\($0.name)\($0.number.map { " \($0)" } ?? "")" } ?? "accepted"
            guard try fields["error"].string() == error?.name, try fields.optional("number")?.integer() == error?.number
            else { throw node.failure(.unequal(expected: names)) }
            try fields.finishBound()
            report("recovery kit, \(what): refused as \(names)")
        }
        try fields.finish()
        return cases.count + refused.count
    }

    /// That the kit is what its coefficients and its profile make it, and opens with the first and the last of its shares.
    private static func verifyKit(_ fields: inout VectorFields) throws(VectorError) -> [UInt8] {
        let file = try fields["kit"]
        let (bytes, kit) = (try file.octets(), try file.parsed { bytes throws in try RecoveryKit(file: bytes) })
        try fields["threshold"].counts(UInt64(kit.threshold))
        try fields["count"].counts(UInt64(kit.shareCount))
        try fields["identifier"].equals(kit.identifier.bytes)
        let coefficients = try fields["coefficients"]
        let commitments = try coefficients.array().map { node throws(VectorError) in
            try node.parsed { bytes throws in Point.generator(times: try Scalar(bigEndian: bytes[...])).compressed.bytes
            }
        }
        guard bytes.dropFirst(10).starts(with: commitments.joined()), commitments.count == kit.threshold else {
            throw coefficients.failure(.refused("the kit's commitments are others"))
        }
        let printed = try fields["shares"].array()
        var shares: [RecoveryShare] = []
        for node in printed {
            let text = try node.string()
            let share = try node.attempt { () throws(RecoveryError) in try RecoveryShare(text: text) }
            guard share.digits == text else { throw node.failure(.unequal(expected: share.digits)) }
            try node.attempt { () throws(RecoveryError) in try kit.check(share) }
            shares.append(share)
        }
        guard shares.map(\.index) == (1...kit.shareCount).map({ UInt8($0) }) else {
            throw file.failure(.refused("not all of its shares are there"))
        }
        let profile = try fields["profile"]
        let expected = try Profile(vector: profile)
        for chosen in [shares.prefix(kit.threshold), shares.suffix(kit.threshold)] {
            let opened = try file.attempt { () throws(RecoveryError) in try kit.open(with: Array(chosen)) }
            guard opened == expected else { throw profile.failure(.refused("the kit holds another profile")) }
        }
        return bytes
    }

    /// Why the shares do not open the kit, by the error's name and the share's or the shares' number; nil where they do.
    private static func refusal(
        _ fields: inout VectorFields, _ files: [[UInt8]]
    ) throws(VectorError) -> (name: String, number: Int?)? {
        let file: [UInt8]
        if let place = fields.optional("of") {
            let index = try place.integer()
            guard files.indices.contains(index) else { throw place.failure(.refused("no such case")) }
            file = files[index]
        } else {
            file = try fields["kit"].octets()
        }
        let printed = try fields["shares"].array().map { node throws(VectorError) in try node.string() }
        do throws(RecoveryError) {
            let kit = try RecoveryKit(file: file)
            var shares: [RecoveryShare] = []
            for text in printed { shares.append(try RecoveryShare(text: text)) }
            _ = try kit.open(with: shares)
            return nil
        } catch { return name(of: error) }
    }

    private static func name(of error: RecoveryError) -> (name: String, number: Int?) {
        switch error {
        case .counts: ("counts", nil)
        case .malformedKit: ("malformedKit", nil)
        case .malformedShare: ("malformedShare", nil)
        case .mistypedShare: ("mistypedShare", nil)
        case .foreignShare(let index): ("foreignShare", index)
        case .repeatedShare(let index): ("repeatedShare", index)
        case .wrongShare(let index): ("wrongShare", index)
        case .tooFewShares(let have, _): ("tooFewShares", have)
        case .profile: ("profile", nil)
        }
    }
}
