package import DurableFiles
import Octets
import ServiceProtocols
import SharingContracts

/// A folder in which deposits wait until they are stored and logged: sealed records and signed transactions, ciphertext only.
///
/// ```
/// <name>.sealed      the sealed record
/// <name>.deposit     its address, 32 bytes ‖ its size, 8 bytes, big-endian ‖ the signed `RecordDeposited`
/// ```
///
/// A deposit counts from when its second file is there. Both stay until the ledger's receipt has come, so that a deposit which
/// was interrupted goes on with the same record, and never becomes two.
package struct DepositSpool: Sendable {
    static let sealedSuffix = ".sealed"
    private static let depositSuffix = ".deposit"
    private static let maximumDepositBytes = 32 + 8 + 60_000

    /// Must exist; one process at a time uses it.
    package let folder: String
    private let files: FileSystem

    package init(folder: String, fileSystem: FileSystem = FileSystem()) {
        self.folder = folder
        files = fileSystem
    }

    /// A deposit that waits.
    struct Item: Sendable {
        let name: String
        let address: ContentAddress
        let size: UInt64
        let transaction: SignedTransaction
    }

    /// Where a new sealed record is to be written; nothing has that name.
    func newName() -> String {
        var generator = SystemRandomNumberGenerator()
        return RecordID.random(using: &generator).description
    }

    func path(ofSealed name: String) -> String { folder + "/" + name + Self.sealedSuffix }

    /// Makes a deposit count: its sealed record must be durable.
    func keep(_ item: Item) throws(FileError) {
        var writer = OctetWriter()
        writer.write(item.address)
        writer.writeBigEndian(item.size)
        writer.write(item.transaction.serialized)
        try files.replace(folder + "/" + item.name + Self.depositSuffix, with: writer.bytes)
    }

    /// Removes a deposit that is done, or was refused for good.
    func remove(_ item: Item) throws(FileError) {
        try files.remove(folder + "/" + item.name + Self.depositSuffix)
        // From here on the sealed record is a leftover, which ``waiting()`` removes too.
        try files.remove(path(ofSealed: item.name))
        try files.synchronizeFolder(folder)
    }

    /// Deposits that wait. Sealed records that never counted, and half-written ones, are removed.
    ///
    /// - Throws: ``ClientError/spool(path:_:)`` for a file that is no deposit, ``ClientError/file(_:)``.
    func waiting() throws(ClientError) -> [Item] {
        do {
            let names = try files.names(in: folder)
            for name in names where name.hasSuffix(Self.depositSuffix) {
                try files.removeInterruptedReplacements(of: folder + "/" + name)
            }
            let kept = Set(
                names.filter { $0.hasSuffix(Self.depositSuffix) }.map { $0.dropLast(Self.depositSuffix.count) })
            for name in names where name.hasPrefix(".sealing-") { try files.remove(folder + "/" + name) }
            for name in names where name.hasSuffix(Self.sealedSuffix) {
                if !kept.contains(name.dropLast(Self.sealedSuffix.count)) { try files.remove(folder + "/" + name) }
            }
            return try kept.sorted().map { try item(String($0)) }
        } catch { throw ClientError(error) }
    }

    private func item(_ name: String) throws -> Item {
        let path = folder + "/" + name + Self.depositSuffix
        do {
            var reader = OctetReader(try files.readAll(path, atMost: Self.maximumDepositBytes))
            let address: ContentAddress = try reader.readFixed()
            let size: UInt64 = try reader.readBigEndian()
            let transaction = try SignedTransaction(serialized: try reader.readBytes(reader.remaining))
            guard try files.size(of: self.path(ofSealed: name)) == size else {
                throw ClientError.spool(path: path, "its sealed record is missing or has not \(size) bytes")
            }
            return Item(name: name, address: address, size: size, transaction: transaction)
        } catch let error as OctetsError { throw ClientError.spool(path: path, "\(error)") } catch let error
            as ContractViolation
        { throw ClientError.spool(path: path, "\(error)") }
    }

    /// Bytes of a deposit's sealed record.
    func read(_ item: Item, at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
        try files.openForReading(path(ofSealed: item.name)).read(at: offset, count: count)
    }
}
