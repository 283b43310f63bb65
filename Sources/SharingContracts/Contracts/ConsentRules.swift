/// The rules of the consent contract that are not the same in all its versions.
struct ConsentRules {
    /// The version in force where the leaf stands.
    let version: UInt32

    /// That doctors can ask, and patients answer what they are asked: from version 3 on.
    ///
    /// - Parameter what: What asks or answers, for the reason.
    func requireProposals(for what: StaticString) throws(ContractViolation) {
        guard version >= 3 else {
            throw ContractViolation(.notInForce, "\(what) needs contract consent 3, and consent \(version) is in force")
        }
    }

    /// That one request may ask for so many records: more than one from version 4 on.
    func requireRecords(_ count: Int) throws(ContractViolation) {
        guard version >= 4 || count <= 1 else {
            throw ContractViolation(
                .notInForce, "\(count) records in a request need contract consent 4, and consent \(version) is in force"
            )
        }
    }

    /// That no fewer organisations than the threshold can put a grant's fragments together.
    ///
    /// - Parameter members: Who enrolled each proxy.
    /// - Complexity: O(n) in the number of proxies.
    func checkIndependence(of members: [MemberID], threshold: Int) throws(ContractViolation) {
        let distinct = Set(members).count
        guard distinct >= threshold else {
            throw ContractViolation(
                .proxiesNotIndependent,
                "threshold \(threshold) needs proxies of as many members, these are of \(distinct)")
        }
        // Version 1 lets one member have as many of the proxies as the threshold, as long as others have some too.
        guard version == 1 || distinct == members.count else {
            throw ContractViolation(
                .proxiesNotIndependent, "\(members.count) proxies are of \(distinct) members: each needs its own")
        }
    }
}
