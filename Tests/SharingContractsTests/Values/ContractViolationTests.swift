import SharingContracts
import Testing

struct ContractViolationTests {
    @Test func equalByCodeAlone() {
        #expect(ContractViolation(.highS, "one") == ContractViolation(.highS, "another"))
        #expect(ContractViolation(.highS, "one") != ContractViolation(.tooLong, "one"))
        #expect(Set([ContractViolation(.highS, "one"), ContractViolation(.highS, "another")]).count == 1)
    }

    @Test func saysCodeAndReason() {
        #expect("\(ContractViolation(.unknownFolder, "no folder 00 is open"))" == "unknownFolder: no folder 00 is open")
    }
}
