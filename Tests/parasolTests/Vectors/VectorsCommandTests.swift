import Foundation
import Testing

@testable import parasol

/// `parasol vectors`, run as a program.
@Suite struct VectorsCommandTests {
    private let program: ProgramFolder
    private var folder: URL { program.url }

    init() throws { program = try ProgramFolder() }

    /// What the program said, in lines, and how it ended.
    private struct Run {
        let status: Int32
        let output: [String]
        let errors: [String]
    }

    private func vectors(_ arguments: String...) throws -> Run {
        let run = try program.run(["vectors"] + arguments)
        func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
        return Run(status: run.status, output: lines(run.output), errors: lines(run.errors))
    }

    private func path(_ url: URL) -> String { url.path(percentEncoded: false) }

    static let counts = [
        (VectorFiles.umbral, 49), (VectorFiles.sealedRecord, 181), (VectorFiles.transactions, 125),
        (VectorFiles.transparencyLog, 350), (VectorFiles.answers, 17), (VectorFiles.messageSignatures, 45),
        (VectorFiles.recoveryKit, 52), (VectorFiles.devicePairing, 32), (VectorFiles.signingKeySignatures, 22),
    ]

    @Test(arguments: counts)
    func verifyPrintsOneLineACaseAndACount(_ file: URL, _ count: Int) throws {
        let run = try vectors("verify", path(file))
        #expect(run.status == 0)
        #expect(run.errors == [])
        #expect(run.output.count == count + 1)
        #expect(Set(run.output.dropLast()).count > count * 9 / 10)
        #expect(run.output.last == "\(path(file)): all \(count) cases hold")
    }

    @Test func verifyTakesSeveralFilesAndStopsAtTheFirstThatFails() throws {
        let broken = folder.appending(path: "broken.json")
        try Data("{\"sections\": []}".utf8).write(to: broken)
        let run = try vectors("verify", path(VectorFiles.transactions), path(broken), path(VectorFiles.umbral))
        #expect(run.status == 1)
        #expect(run.output.count == 126)
        #expect(run.errors == ["\(path(broken)): sections: unknown field"])
    }

    /// The last hexadecimal digit of a file is in another place of each; every one of them is found.
    @Test(arguments: VectorFiles.shipped)
    func verifyExitsWith1WhereADigitIsChanged(_ file: URL) throws {
        var bytes = try [UInt8](Data(contentsOf: file))
        let place = try #require(bytes.lastIndex { (0x30...0x39).contains($0) })
        bytes[place] = bytes[place] == 0x30 ? 0x31 : 0x30
        let changed = folder.appending(path: "changed.json")
        try Data(bytes).write(to: changed)
        let run = try vectors("verify", path(changed))
        #expect(run.status == 1)
        #expect(run.errors.count == 1)
        #expect(run.errors.first?.hasPrefix(path(changed)) == true)
        #expect(run.output.last?.contains("cases hold") != true)
    }

    @Test func filesThatAreTooLongOrMissingAreNotRead() throws {
        let long = folder.appending(path: "long.json")
        try Data().write(to: long)
        let handle = try FileHandle(forWritingTo: long)
        try handle.truncate(atOffset: 1 << 40)
        try handle.close()
        let run = try vectors("verify", path(long))
        #expect(run.status == 1)
        #expect(run.errors == ["\(path(long)): not readable: more than 67108864 bytes"])
        #expect(try vectors("verify", path(folder.appending(path: "none.json"))).status == 1)
    }

    @Test func generateWritesTheShippedFiles() throws {
        let made = folder.appending(path: "made.json")
        let shipped = [("umbral", VectorFiles.umbral), ("sealed-record", VectorFiles.sealedRecord)]
        for (kind, file) in shipped {
            #expect(try vectors("generate", "--kind", kind, "--seed", "1", "-o", path(made)).status == 0)
            #expect(try Data(contentsOf: made) == Data(contentsOf: file))
        }
        let run = try vectors(
            "generate", "--kind", "transactions", "--signatures", path(VectorFiles.transactions), "-o", path(made))
        #expect(run.status == 0)
        #expect(try Data(contentsOf: made) == Data(contentsOf: VectorFiles.transactions))
    }

    @Test func generatedTransactionsHoldWithSignaturesOfTheirOwn() throws {
        let made = folder.appending(path: "made.json")
        #expect(try vectors("generate", "--kind", "transactions", "--output", path(made)).status == 0)
        #expect(try Data(contentsOf: made) != Data(contentsOf: VectorFiles.transactions))
        #expect(try vectors("verify", path(made)).status == 0)
    }

    @Test func generateWritesToStandardOutputAndRefusesWhatItCannotMake() throws {
        let run = try vectors("generate")
        #expect(run.status == 0)
        #expect(
            try run.output
                == String(contentsOf: VectorFiles.umbral, encoding: .utf8).split(separator: "\n").map(String.init))
        #expect(try vectors("generate", "--kind", "transparency-log").status != 0)
        #expect(try vectors("generate", "--kind", "umbral", "--signatures", path(VectorFiles.umbral)).status != 0)
        #expect(try vectors("generate", "-o", path(folder.appending(path: "none/made.json"))).status != 0)
    }
}
