/// Secret bytes of a fixed length that are overwritten with zeros when the last reference goes.
///
/// The bytes never change after the initializer returns, so a value may be shared between tasks. It prints as its length
/// only, and compares in constant time.
@safe public final class SecretOctets: Sendable {
    // Written only by the initializers, before anybody else can hold a reference; wiped by the last one.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer
    private let ownsStorage: Bool

    /// Takes over `memory` as it is, to be wiped but not freed: so a test can look at what is left of a secret.
    init(borrowing memory: UnsafeMutableRawBufferPointer) {
        unsafe storage = memory
        ownsStorage = false
    }

    /// `count` bytes, zeroed and then filled by `initializer`, which sees no other memory.
    public init<Failure: Error>(
        count: Int, initializingWith initializer: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        unsafe storage = .allocate(byteCount: count, alignment: 16)
        ownsStorage = true
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0)
        var span = unsafe MutableRawSpan(_unsafeBytes: storage)
        try initializer(&span)
    }

    /// Copies `bytes`. The caller's own copy stays the caller's to wipe.
    public init(copying bytes: some Collection<UInt8>) {
        unsafe storage = .allocate(byteCount: bytes.count, alignment: 16)
        ownsStorage = true
        unsafe storage.copyBytes(from: bytes)
    }

    /// Moves `bytes` in and wipes the caller's array.
    public convenience init(consuming bytes: inout [UInt8]) {
        self.init(copying: bytes)
        unsafe bytes.withUnsafeMutableBytes { unsafe wipe($0) }
    }

    /// `count` bytes from the system's generator.
    public static func random(count: Int) -> SecretOctets {
        var generator = SystemRandomNumberGenerator()
        return random(count: count, using: &generator)
    }

    /// `count` bytes from `generator`, which must be fit for secrets outside tests.
    public static func random(count: Int, using generator: inout some RandomNumberGenerator) -> SecretOctets {
        SecretOctets(count: count) { span in
            for index in 0..<count {
                span.storeBytes(
                    of: UInt8.random(in: .min ... .max, using: &generator), toByteOffset: index, as: UInt8.self)
            }
        }
    }

    deinit {
        unsafe wipe(storage)
        if ownsStorage { unsafe storage.deallocate() }
    }

    /// The number of bytes.
    public var count: Int { unsafe storage.count }

    /// Gives the bytes to `body`, which must not keep or copy them further than it must.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeRawBufferPointer(storage))
    }
}

extension SecretOctets: Equatable {
    /// Constant-time.
    public static func == (lhs: SecretOctets, rhs: SecretOctets) -> Bool {
        unsafe constantTimeEqual(UnsafeRawBufferPointer(lhs.storage), UnsafeRawBufferPointer(rhs.storage))
    }
}

extension SecretOctets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "SecretOctets(\(count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
