import Testing

@testable import Electrocardiogram

struct ModelTests {
    @Test(arguments: [
        ("I", StandardLead.leadI), ("aVR", .aVR), ("AVR", .aVR), ("avr", .aVR), ("ECG V1", .v1), ("Lead II", .leadII),
        (" iii ", .leadIII), ("V6", .v6),
    ])
    func standardLeadsAreKnownInAnyCase(name: String, lead: StandardLead) {
        #expect(StandardLead(name: name) == lead)
    }

    @Test(arguments: ["MLII", "V", "V7", "", "ECG 1", "ABP", "II+"])
    func otherNamesAreNoStandardLead(name: String) {
        #expect(StandardLead(name: name) == nil)
    }

    @Test func everyStandardLeadKnowsItsOwnName() {
        for lead in StandardLead.allCases { #expect(StandardLead(name: lead.name) == lead) }
    }

    @Test func daysThatDoNotExistAreRefused() {
        #expect(CalendarDate(year: 2024, month: 2, day: 29) != nil)
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (0, 1, 1)]
        {
            #expect(CalendarDate(year: year, month: month, day: day) == nil)
        }
        #expect(TimeOfDay(hour: 24, minute: 0, second: 0) == nil)
        #expect(TimeOfDay(hour: 0, minute: 0, second: 60) == nil)
    }

    @Test func timesPrintAsManyDecimalsAsTheyHave() {
        #expect(TimeOfDay(hour: 1, minute: 2, second: 3)?.description == "01:02:03")
        #expect(TimeOfDay(hour: 1, minute: 2, second: 3, nanosecond: 5_000_000)?.description == "01:02:03.005")
        #expect(TimeOfDay(hour: 1, minute: 2, second: 3, nanosecond: 5000)?.description == "01:02:03.000005")
        #expect(TimeOfDay(hour: 1, minute: 2, second: 3, nanosecond: 5)?.description == "01:02:03.000000005")
    }

    @Test(arguments: [("12:34:56", 12, 34, 56), ("8:6:4", 8, 6, 4), ("34:56", 0, 34, 56), ("56", 0, 0, 56)])
    func timesOfHeadersAreRead(text: String, hour: Int, minute: Int, second: Int) {
        #expect(TimeOfDay(wfdb: Array(text.utf8)[...]) == TimeOfDay(hour: hour, minute: minute, second: second))
    }

    @Test func numbersForPeopleAreRoundedAndPadded() {
        #expect(fixed(1.005, 1) == "1.0")
        #expect(fixed(-0.25, 1) == "-0.3")
        #expect(fixed(-0.04, 1) == "0.0")
        #expect(fixed(12, 2) == "12.00")
        #expect(fixed(3.5, 0) == "4")
        #expect(fixed(.nan, 2) == "nan")
        #expect(shortest(360) == "360")
        #expect(shortest(0.1) == "0.1")
    }

    @Test func aLeadInVoltsKnowsItsScale() {
        func scale(_ unit: String) -> Double? {
            ECGLead(name: "", unit: unit, gain: 1, format: .format16, samples: []).millivoltsPerUnit
        }
        #expect(scale("mV") == 1 && scale("mv") == 1 && scale("uV") == 0.001 && scale("V") == 1000)
        #expect(scale("mmHg") == nil && scale("NU") == nil && scale("") == nil)
    }
}
