/// What an access is for: a code of the HL7 v3 value set PurposeOfUse (http://terminology.hl7.org/ValueSet/v3-PurposeOfUse).
///
/// The value set is part of the contracts: another edition of it is another contract version, because a ledger has to
/// judge an old leaf as it was judged then. Abstract codes are left out; a purpose that covers all purposes is none.
package struct Purpose: Hashable, Sendable {
    /// The code, such as `TREAT`.
    package let code: String

    /// - Returns: nil for a text that is not one of ``codes``, byte for byte.
    package init?(code: String) {
        guard Self.encodedCodes.contains(Array(code.utf8)) else { return nil }
        self.code = code
    }

    private init(known code: String) {
        self.code = code
    }

    /// Treatment.
    package static let treatment = Purpose(known: "TREAT")
    /// Emergency treatment.
    package static let emergencyTreatment = Purpose(known: "ETREAT")
    /// Healthcare research.
    package static let research = Purpose(known: "HRESCH")
    /// Patient requested: the purpose of every access by the folder's owner.
    package static let patientRequested = Purpose(known: "PATRQT")

    /// The concrete codes of the value set, as expanded for HL7 FHIR R5.
    package static let codes: Set<String> = [
        // Marketing and operations.
        "HMARKT", "HOPERAT", "CAREMGT", "DONAT", "FRAUD", "GOV", "HACCRED", "HCOMPL", "HDECD", "HDIRECT", "HDM",
        "HLEGAL", "HOUTCOMS", "HPRGRP", "HQUALIMP", "HSYSADMIN", "LABELING", "METAMGT", "MEMADMIN", "MILCDM",
        "PATADMIN", "PATSFTY", "PERFMSR", "RECORDMGT", "SYSDEV", "HTEST", "TRAIN",
        // Payment.
        "HPAYMT", "CLMATTCH", "COVAUTH", "COVERAGE", "ELIGDTRM", "ELIGVER", "ENROLLM", "MILDCRG", "REMITADV",
        // Research.
        "HRESCH", "BIORCH", "CLINTRCH", "CLINTRCHNPC", "CLINTRCHPC", "PRECLINTRCH", "DSRCH", "POARCH", "TRANSRCH",
        // Requested by the patient or for the patient.
        "PATRQT", "FAMRQT", "PWATRNY", "SUPNWK",
        // Public health.
        "PUBHLTH", "DISASTER", "THREAT",
        // Treatment.
        "TREAT", "CLINTRL", "COC", "ETREAT", "BTG", "ERTREAT", "POPHLTH",
    ]

    /// What is compared: to Swift, texts are equal that only mean the same, such as K and the sign of the unit kelvin.
    private static let encodedCodes = Set(codes.map { Array($0.utf8) })
}

extension Purpose: CustomStringConvertible {
    package var description: String { code }
}
