/// How frames lie in a file, so that a time can be found without reading what comes before it.
///
/// After a preamble the file is a row of equal groups; a group holds a whole number of frames in a whole number of bytes. WFDB format 16 with `n`
/// signals: 1 frame in `2n` bytes. Format 212: 2 frames in `3n` bytes, or 1 in `3n/2` where `n` is even. `n` counts the samples of a frame, which are
/// more where a signal has several.
///
/// Frames are those of the file. A signal that WFDB calls skewed by `s` frames has its sample of instant `f` in frame `f + s`.
package struct SampleLayout: Hashable, Sendable {
    /// The file's index in the record.
    package var file: UInt16
    /// Bytes before the first group.
    package var preambleByteCount: UInt64
    /// Frames in a group; not zero.
    package var framesPerGroup: UInt32
    /// Bytes of a group; not zero.
    package var bytesPerGroup: UInt32

    package init(file: UInt16, preambleByteCount: UInt64 = 0, framesPerGroup: UInt32 = 1, bytesPerGroup: UInt32) {
        self.file = file
        self.preambleByteCount = preambleByteCount
        self.framesPerGroup = framesPerGroup
        self.bytesPerGroup = bytesPerGroup
    }

    /// The whole groups of the file that hold `frames`, and the first frame that begins in them.
    ///
    /// A file's last group may be incomplete.
    ///
    /// - Throws: ``SealedRecordError/outOfRange(lower:upper:byteCount:)``, in frames, where the file ends before their groups begin.
    func bytes(
        holding frames: Range<UInt64>, fileByteCount: UInt64
    ) throws(SealedRecordError) -> (firstFrame: UInt64, range: Range<UInt64>) {
        let perGroup = UInt64(framesPerGroup)
        let width = UInt64(bytesPerGroup)
        let first = frames.lowerBound / perGroup
        guard !frames.isEmpty else { return (first * perGroup, 0..<0) }
        let last = (frames.upperBound - 1) / perGroup
        // Groups that begin within the file; dividing instead of multiplying cannot overflow.
        let present =
            preambleByteCount < fileByteCount ? (fileByteCount - preambleByteCount - 1) / width + 1 : 0
        guard last < present else {
            let (bound, overflow) = present.multipliedReportingOverflow(by: perGroup)
            throw .outOfRange(
                lower: frames.lowerBound, upper: frames.upperBound, byteCount: overflow ? .max : bound)
        }
        let start = preambleByteCount + first * width
        let (end, overflow) = (preambleByteCount + last * width).addingReportingOverflow(width)
        return (first * perGroup, start..<(overflow ? fileByteCount : min(end, fileByteCount)))
    }
}
