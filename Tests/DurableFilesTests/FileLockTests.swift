import DurableFiles
import Foundation
import Testing

@Suite struct FileLockTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func aSecondHolderIsRefusedUntilTheFirstIsGone() throws {
        let path = folder["lock"]
        var first: FileLock? = try FileLock(path)
        #expect(first != nil)
        #expect(failure { _ = try FileLock(path) } == .locked(path: path))
        first = nil
        #expect(failure { _ = try FileLock(path) } == nil)
        #expect(try folder.mode("lock") == 0o600)
    }

    @Test func aFailureNamesTheFile() {
        let path = folder["none/lock"]
        #expect(failure { _ = try FileLock(path) } == .system(operation: .lock, path: path, code: ENOENT))
    }
}
