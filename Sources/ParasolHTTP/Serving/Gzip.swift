internal import CZlib

/// gzip (RFC 1952), one way only: nothing that a stranger compressed is ever expanded here.
enum Gzip {
    /// More than this is served as it is: the time that compressing takes is the server's.
    static let maximumBytes = 4 << 20
    /// The fastest of zlib's levels. Entries are mostly keys and signatures, which no level makes shorter.
    private static let level: Int32 = 1

    /// - Returns: Nil where the result would not be shorter, or the input is longer than ``maximumBytes``.
    /// - Complexity: linear, about 10 ns a byte.
    static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count <= maximumBytes else { return nil }
        var stream = unsafe z_stream()
        // 16 more than the largest window asks for gzip's frame instead of zlib's.
        guard
            unsafe deflateInit2_(
                &stream, level, Z_DEFLATED, MAX_WBITS + 16, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var input = bytes
        var isWhole = false
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { output, count in
            unsafe input.withUnsafeMutableBufferPointer { input in
                unsafe stream.next_in = input.baseAddress
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                // One call does all, or the output does not fit, which is then no shorter.
                isWhole = unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = unsafe isWhole ? output.count - Int(stream.avail_out) : 0
        }
        return isWhole ? output : nil
    }

    /// Whether a request says that it takes gzip.
    ///
    /// - Parameter field: `Accept-Encoding`.
    static func isAccepted(_ field: String?) -> Bool {
        (field ?? "").split(separator: ",").contains { item in
            let parts = item.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let coding = parts.first, coding == "gzip" || coding == "x-gzip" else { return false }
            return !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
        }
    }
}
