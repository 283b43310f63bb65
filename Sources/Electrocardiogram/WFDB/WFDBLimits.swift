/// Bounds on what a header may ask for, checked before anything is allocated. Sample data needs no bound of its own: it
/// is never larger than the files that are given.
public enum WFDBLimits {
    /// The largest headers on PhysioNet are some tens of kilobytes of comments.
    public static let headerByteCount = 1 << 20
    /// The largest published recordings are of some hundreds of channels (the C library's default is 32).
    public static let signalCount = 1024
    /// Samples of all signals in one frame; one second of all channels at their own rate is the longest frame in use.
    public static let samplesPerFrame = 1 << 20
    /// Hertz. Electrocardiographs go to 128 kHz for pacing spikes.
    public static let samplingFrequency = 1e7
    /// Hertz. Trends are stored once a minute or once an hour; slower is a mistake, and would overflow times.
    public static let lowestSamplingFrequency = 1e-6
    /// Frames before frame 0.
    public static let skew = 1 << 20
    /// Bytes before the samples.
    public static let byteOffset = 1 << 30
    /// Frames in a record: 2^53 keep their number when time is computed in floating point.
    public static let frameCount = 1 << 53
    /// A file name, as most file systems bound it.
    public static let fileNameByteCount = 255
}
