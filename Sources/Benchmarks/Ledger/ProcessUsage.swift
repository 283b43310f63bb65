import CAllocations
import Foundation

/// What Linux says of this process.
enum ProcessUsage {
    /// Seconds of processor time used so far, on all cores, by the program and for it by the kernel.
    static func processorSeconds() throws -> Double {
        var time = timespec()
        try expect(unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0, "the processor's clock cannot be read")
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Memory that the process holds now (`VmRSS`), after what is free has been given back.
    static func residentMebibytes() throws -> Double {
        give_back_free_memory()
        return Double(try kibibytes("VmRSS")) / 1024
    }

    /// A line of `/proc/self/status` that is counted in KiB.
    static func kibibytes(_ name: String) throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        for line in status.split(separator: "\n") where line.hasPrefix("\(name):") {
            if let number = line.split(whereSeparator: { !$0.isNumber }).first, let value = Int(number) { return value }
        }
        throw WrongResult(description: "/proc/self/status does not say \(name)")
    }
}
