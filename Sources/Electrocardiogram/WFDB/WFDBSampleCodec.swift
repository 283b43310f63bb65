/// Where one signal's samples lie in the interleaved stream of its file.
struct SignalPlacement {
    /// Samples of all the file's signals in one frame.
    let samplesPerFrame: Int
    /// The place of this signal's first sample within a frame.
    let position: Int
    /// This signal's samples within a frame.
    let count: Int
}

extension WFDBSignalFormat {
    /// Picks one signal's samples of `frames` out of an interleaved stream.
    ///
    /// `bytes[start]` is the first byte of sample `firstSample` of the stream, which must be one that
    /// ``alignedSample(atOrBefore:)`` returns; the caller has checked that all frames lie within `bytes`.
    func decode(
        _ placement: SignalPlacement, frames: Range<Int>, from bytes: [UInt8], at start: Int, firstSample: Int
    ) -> [Int32] {
        var samples: [Int32] = []
        samples.reserveCapacity(frames.count * placement.count)
        for frame in frames {
            let base = frame * placement.samplesPerFrame + placement.position - firstSample
            for index in base..<base + placement.count {
                samples.append(self == .format16 ? sample16(bytes, start, index) : sample212(bytes, start, index))
            }
        }
        return samples
    }

    @inline(__always)
    private func sample16(_ bytes: [UInt8], _ start: Int, _ index: Int) -> Int32 {
        let offset = start + 2 * index
        return Int32(Int16(truncatingIfNeeded: UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8))
    }

    @inline(__always)
    private func sample212(_ bytes: [UInt8], _ start: Int, _ index: Int) -> Int32 {
        let offset = start + (index >> 1) * 3
        let middle = UInt32(bytes[offset + 1])
        let bits =
            index & 1 == 0
            ? UInt32(bytes[offset]) | (middle & 0x0f) << 8
            : UInt32(bytes[offset + 2]) | (middle & 0xf0) << 4
        // The 12 bits go to the top of the word and come back with their sign.
        return Int32(bitPattern: bits << 20) >> 20
    }

    /// Packs an interleaved stream; every sample must be within ``range``.
    func encode(_ stream: [Int32]) -> [UInt8] {
        switch self {
        case .format16:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(2 * stream.count)
            for sample in stream {
                bytes.append(UInt8(truncatingIfNeeded: sample))
                bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
            }
            return bytes
        case .format212:
            var bytes: [UInt8] = []
            bytes.reserveCapacity(stream.count / 2 * 3 + 2)
            var index = 0
            while index < stream.count {
                let even = stream[index]
                bytes.append(UInt8(truncatingIfNeeded: even))
                let low = UInt8(truncatingIfNeeded: even >> 8) & 0x0f
                if index + 1 < stream.count {
                    let odd = stream[index + 1]
                    bytes.append(low | UInt8(truncatingIfNeeded: odd >> 4) & 0xf0)
                    bytes.append(UInt8(truncatingIfNeeded: odd))
                } else {
                    bytes.append(low)
                }
                index += 2
            }
            return bytes
        }
    }
}
