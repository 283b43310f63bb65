import Electrocardiogram
import SealedRecord
import Testing

@testable import ParasolClient

/// Whatever a WFDB header may say of its leads, the record can be sealed.
@Suite struct RecordMetadataWFDBTests {
    private func leads(_ lines: [String]) throws -> [RecordLead] {
        let header = "r \(lines.count) 100 1\n" + lines.map { "r.dat 16 " + $0 + "\n" }.joined()
        let bytes = [UInt8](repeating: 1, count: 2 * lines.count)
        // Sealing checks the metadata by the container's rules.
        return try SealedSample("r", ["r.hea": Array(header.utf8), "r.dat": bytes]).reader.metadata.leads
    }

    @Test func controlCharactersBecomeBlanks() throws {
        let found = try leads(["1/m\u{85}V 0 0 0 0 0 ECG\tlead\u{9b}II"])
        #expect(found.map(\.name) == ["ECG lead II"])
        #expect(found.map(\.unit) == ["m V"])
    }

    @Test(arguments: [
        ("0123456789abcdefg", "0123456789abcdef"), ("123456789012345é", "123456789012345"), ("心電図心電図", "心電図心電"),
        ("\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}", "\u{1f469}\u{200d}\u{1f469}\u{200d}"), ("e\u{301}", "e\u{301}"),
    ])
    func namesAreCutBetweenCharacters(name: String, cut: String) throws {
        let found = try leads(["1/mV 0 0 0 0 0 \(name)"])
        #expect(found.map(\.name) == [cut])
    }

    @Test func unitsAreCutAndNamelessLeadsAreNumbered() throws {
        let found = try leads(["1/ミリボルト", "1/mV"])
        #expect(found.map(\.unit) == ["ミリ", "mV"])
        #expect(found.map(\.name) == ["signal 1", "signal 2"])
    }

    @Test func ofManyLeadsTheFirst256AreListed() throws {
        let found = try leads((1...300).map { "1 0 0 0 0 0 lead \($0)" })
        #expect(found.count == 256)
        #expect(found.last?.name == "lead 256")
    }
}
