private import Octets

/// Memory for one segment and its tag, allocated once, wiped when it goes: it has held plaintext.
@safe struct SegmentBuffer: ~Copyable, Sendable {
    // Owned by this value alone, which cannot be copied.
    private nonisolated(unsafe) let memory: UnsafeMutableBufferPointer<UInt8>

    /// Bytes in use, from the front.
    private(set) var count = 0

    init(capacity: Int) {
        unsafe memory = .allocate(capacity: capacity)
        unsafe memory.initialize(repeating: 0)
    }

    deinit {
        unsafe wipe(UnsafeMutableRawBufferPointer(memory))
        unsafe memory.deallocate()
    }

    var capacity: Int { unsafe memory.count }

    mutating func removeAll() { count = 0 }

    /// Gives the free memory behind the bytes in use to `body`; what it appends is in use from then on.
    mutating func append<Failure: Error>(
        _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        let free = unsafe UnsafeMutableBufferPointer(rebasing: memory[count...])
        var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
        try body(&output)
        count += unsafe output.finalize(for: free)
    }

    /// Gives the first `length` bytes, in use or not, to `body`; afterwards the first `kept` are in use.
    mutating func transform<Failure: Error>(
        _ length: Int, keeping kept: Int, _ body: (inout MutableSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        count = 0
        var span = unsafe MutableSpan(_unsafeElements: UnsafeMutableBufferPointer(rebasing: memory[..<length]))
        try body(&span)
        count = kept
    }

    /// Gives the bytes in use to `body`.
    func read<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: memory[..<count])))
    }
}
