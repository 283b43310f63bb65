import SharingContracts
import Testing

struct PurposeTests {
    @Test(arguments: ["TREAT", "ETREAT", "BTG", "HRESCH", "CLINTRCHNPC", "PATRQT", "COC", "THREAT"])
    func codesOfTheValueSetAreKnown(code: String) {
        #expect(Purpose(code: code)?.description == code)
    }

    /// The root of the value set is abstract; the others are misspelt or of another value set.
    @Test(arguments: [
        "", "PurposeOfUse", "treat", "TREAT ", "TREATMENT", "FLRCNV", "RESCH", "HMAR\u{212a}T", "TREAT\u{0}",
    ])
    func nothingElseIsAPurpose(code: String) {
        #expect(Purpose(code: code) == nil)
    }

    @Test func theNamedPurposesAreOfTheValueSet() {
        for purpose in [Purpose.treatment, .emergencyTreatment, .research, .patientRequested] {
            #expect(Purpose.codes.contains(purpose.code))
        }
        #expect(Purpose.codes.count == 59)
    }
}
