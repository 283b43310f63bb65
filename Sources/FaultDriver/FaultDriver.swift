import Glibc

/// The ledger as `Scripts/faults` lets it run under strace: prepared, appended to, recovered and checked, each in a process of its
/// own.
///
/// Exit status: 0 what was asked has been done or holds; 1 something is wrong, and standard output says what; 3 the ledger refused
/// with a reason, which is the last line of standard output; 64 the command line is not one.
@main struct FaultDriver {
    static func main() async {
        let options: Options
        do { options = try Options(Array(CommandLine.arguments.dropFirst())) } catch {
            print("FaultDriver: \(error)")
            exit(64)
        }
        exit(await run(options))
    }

    /// Off the main thread: strace counts a thread's calls, and those that the loader makes before `main` are not a ledger's.
    @concurrent private static func run(_ options: Options) async -> Int32 {
        do {
            switch options.command {
            case .prepare: try await Preparation(options).run()
            case .append: try await Append(options).run()
            case .recover: try await Recovery(options).run()
            case .check: try await Check(options).run()
            case .damage: try await Damage(options).changeLog()
            case .damageDatabases: try await Damage(options).changeDatabases()
            }
            return 0
        } catch let refusal as Refusal {
            print("refused: \(refusal.reason)")
            return 3
        } catch {
            print("WRONG: \(error)")
            return 1
        }
    }
}

/// A ledger that says, with a reason, that it does not go on.
struct Refusal: Error {
    let reason: String
}

/// A promise that was not kept.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
