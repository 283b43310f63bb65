extension OutputSpan<UInt8> {
    /// Appends a copy of `source`, for which there must be room.
    mutating func append(copying source: Span<UInt8>) {
        precondition(source.count <= freeCapacity, "the caller has made room")
        unsafe withUnsafeMutableBufferPointer { target, count in
            unsafe source.withUnsafeBufferPointer { source in
                let room = unsafe UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: target[count...]))
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(source))
                count += source.count
            }
        }
    }
}
