/// Transcendental functions from additions, multiplications and divisions alone. IEEE 754 fixes those to the last bit,
/// and Swift neither reorders nor fuses them, so that a seed gives the same samples on every platform; libm does not
/// promise that.
///
/// The series are plain loops: they run for every sample, and where nothing is optimized `stride` takes most of the time.
enum PortableMath {
    /// e^-x for x ≥ 0, to about 1e-15; 0 from 700 on.
    static func exponential(ofMinus x: Double) -> Double {
        guard x >= 0, x < 700 else { return x < 0 ? 1 : 0 }
        let halvings = (x * 0x1.71547652b82fep+0).rounded()
        // ln 2 in two parts, so that the product with the small whole number is exact.
        let rest = -((x - halvings * 0x1.62e42fee00000p-1) - halvings * 0x1.a39ef35793c76p-33)
        var sum = 1.0
        var divisor = 13.0
        while divisor >= 1 {
            sum = 1 + rest / divisor * sum
            divisor -= 1
        }
        return sum * Double(sign: .plus, exponent: -Int(halvings), significand: 1)
    }

    /// sin(2π·turns), to about 1e-15 for turns within ±2^20.
    static func sine(turns: Double) -> Double {
        var turn = turns - turns.rounded()
        // Folded into a quarter turn on either side, where the series is short.
        if turn > 0.25 { turn = 0.5 - turn } else if turn < -0.25 { turn = -0.5 - turn }
        let x = turn * 0x1.921fb54442d18p+2
        let square = x * x
        var sum = 1.0
        var step = 20.0
        while step >= 2 {
            sum = 1 - square / (step * (step + 1)) * sum
            step -= 2
        }
        return x * sum
    }

    /// A Gaussian of height 1 at distance `distance` from its centre.
    static func gaussian(_ distance: Double, width: Double) -> Double {
        let ratio = distance / width
        return exponential(ofMinus: 0.5 * ratio * ratio)
    }
}
