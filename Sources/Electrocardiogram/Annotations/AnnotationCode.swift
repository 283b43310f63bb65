/// What an annotation says, as the number that annotation files store (1 to 49).
public struct AnnotationCode: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let normalBeat = AnnotationCode(rawValue: 1)
    public static let atrialPrematureBeat = AnnotationCode(rawValue: 8)
    public static let ventricularPrematureBeat = AnnotationCode(rawValue: 5)
    public static let signalQualityChange = AnnotationCode(rawValue: 14)
    public static let note = AnnotationCode(rawValue: 22)
    public static let rhythmChange = AnnotationCode(rawValue: 28)

    /// The code that `symbol` stands for in the standard table.
    public init?(symbol: String) {
        guard let entry = Self.table.first(where: { $0.value.symbol == symbol }) else { return nil }
        rawValue = entry.key
    }

    /// The mnemonic of the standard table (`N`, `V`, `+`), or `[42]` for a code that has none.
    public var symbol: String { Self.table[rawValue]?.symbol ?? "[\(rawValue)]" }

    /// What the standard table says the code means.
    public var meaning: String { Self.table[rawValue]?.meaning ?? "user-defined" }

    /// Whether the code marks a heartbeat (QRS complex), as `isqrs` of the WFDB library has it.
    public var isBeat: Bool {
        switch rawValue {
        case 1...13, 25, 30, 34, 35, 38, 41: true
        default: false
        }
    }

    private static let table: [UInt8: (symbol: String, meaning: String)] = [
        1: ("N", "normal beat"), 2: ("L", "left bundle branch block beat"),
        3: ("R", "right bundle branch block beat"), 4: ("a", "aberrated atrial premature beat"),
        5: ("V", "premature ventricular contraction"), 6: ("F", "fusion of ventricular and normal beat"),
        7: ("J", "nodal (junctional) premature beat"), 8: ("A", "atrial premature beat"),
        9: ("S", "supraventricular premature or ectopic beat"), 10: ("E", "ventricular escape beat"),
        11: ("j", "nodal (junctional) escape beat"), 12: ("/", "paced beat"), 13: ("Q", "unclassifiable beat"),
        14: ("~", "change in signal quality"), 16: ("|", "isolated QRS-like artifact"), 18: ("s", "ST change"),
        19: ("T", "T-wave change"), 20: ("*", "systole"), 21: ("D", "diastole"), 22: ("\"", "comment"),
        23: ("=", "measurement"), 24: ("p", "P-wave peak"), 25: ("B", "left or right bundle branch block beat"),
        26: ("^", "pacer artifact that was not captured"), 27: ("t", "T-wave peak"), 28: ("+", "rhythm change"),
        29: ("u", "U-wave peak"), 30: ("?", "beat not classified during learning"),
        31: ("!", "ventricular flutter wave"), 32: ("[", "start of ventricular flutter or fibrillation"),
        33: ("]", "end of ventricular flutter or fibrillation"), 34: ("e", "atrial escape beat"),
        35: ("n", "supraventricular escape beat"), 36: ("@", "link to external data"),
        37: ("x", "P wave that was not conducted"), 38: ("f", "fusion of paced and normal beat"),
        39: ("(", "onset of a wave"), 40: (")", "end of a wave"), 41: ("r", "R-on-T premature ventricular contraction"),
    ]
}
