import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts

/// `device-pairing`: answers that the device which asked opens, and requests and answers that are refused.
enum DevicePairingFamily: VectorFamily {
    static let name = "device-pairing"

    static func verify(
        _ section: VectorNode, of file: VectorFields, report: (String) -> Void
    ) throws(VectorError) -> Int {
        var fields = try section.fields()
        let cases = try fields["cases"].array()
        var offers: [PairingOffer] = []
        for node in cases {
            var fields = try node.fields()
            offers.append(try verifyPairing(&fields))
            try fields.finish()
            report("pairing \(offers.count - 1): the answer opens")
        }
        let requests = try fields["refused_requests"].array()
        for node in requests {
            try verifyRefusal(node, report) { (fields) throws(VectorError) in
                let code = try fields["code"].code()
                let now = Timestamp(microseconds: try fields["now"].unsigned())
                let bytes = try fields["request"].octets()
                return refusal { () throws(PairingError) in
                    try PairingRequest(file: bytes).check(code, at: now)
                }
            }
        }
        let answers = try fields["refused_answers"].array()
        for node in answers {
            try verifyRefusal(node, report) { (fields) throws(VectorError) in
                let place = try fields["of"]
                let index = try place.integer()
                guard offers.indices.contains(index) else { throw place.failure(.refused("no such case")) }
                let now = Timestamp(microseconds: try fields["now"].unsigned())
                let bytes = try fields["answer"].octets()
                return refusal { () throws(PairingError) in _ = try offers[index].open(bytes, at: now) }
            }
        }
        try fields.finish()
        return cases.count + requests.count + answers.count
    }

    /// That the request follows from the code, the key and the rest, and the profile from the answer.
    private static func verifyPairing(_ fields: inout VectorFields) throws(VectorError) -> PairingOffer {
        let code = try fields["code"].code()
        let spelled = try fields["spelled"]
        guard try spelled.string() == code.spelled else { throw spelled.failure(.unequal(expected: code.spelled)) }
        let madeAt = Timestamp(microseconds: try fields["made_at"].unsigned())
        let profileNode = try fields["profile"]
        let expected = try Profile(vector: profileNode)
        try fields["kind"].reads(Array("\(expected.kind)".utf8))
        let offer = try fields["private_key"].parsed { bytes throws(PairingError) in
            try PairingOffer(
                for: expected.kind, at: madeAt, code: code, privateKey: SecretOctets(copying: bytes))
        }
        try fields["request"].equals(offer.request.file)
        let profile = try fields["answer"].parsed { bytes throws(PairingError) in try offer.open(bytes, at: madeAt) }
        guard profile == expected else { throw profileNode.failure(.refused("the answer holds another profile")) }
        return offer
    }

    private static func verifyRefusal(
        _ node: VectorNode, _ report: (String) -> Void,
        _ attempt: (inout VectorFields) throws(VectorError) -> String
    ) throws(VectorError) {
        var fields = try node.fields()
        let what = try fields["what"].string()
        let error = try attempt(&fields)
        let expected = try fields["error"]
        guard try expected.string() == error else { throw expected.failure(.unequal(expected: error)) }
        try fields.finishBound()
        report("pairing, \(what): refused as \(error)")
    }

    /// The error's name; "accepted" where there is none.
    private static func refusal(_ body: () throws(PairingError) -> Void) -> String {
        do throws(PairingError) { try body() } catch {
            return switch error {
            case .code: "code"
            case .malformedRequest: "malformedRequest"
            case .malformedAnswer: "malformedAnswer"
            case .wrongCode: "wrongCode"
            case .expired: "expired"
            case .fromTheFuture: "fromTheFuture"
            case .cannotOpen: "cannotOpen"
            case .profile: "profile"
            case .otherKind: "otherKind"
            case .otherIdentity: "otherIdentity"
            case .otherLedger: "otherLedger"
            }
        }
        return "accepted"
    }
}

extension VectorNode {
    fileprivate func code() throws(VectorError) -> InvitationCode {
        try parsed { bytes throws(InvitationCodeError) in try InvitationCode(bytes: bytes) }
    }
}
