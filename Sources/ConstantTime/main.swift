import CValgrind

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

// Runs the secret operations of Secp256k1 and Umbral, and of Ciphers the one that is its own, on secrets that memcheck
// watches. What a library does with a secret that it is handed whole (a bulk cipher, HPKE, scrypt) is the library's.
//
//     valgrind --error-exitcode=1 ConstantTime             every operation; no report may come
//     valgrind --error-exitcode=1 ConstantTime control X   a leaky operation; a report must come
//
// Exits 0 without reports, 1 with any, 2 where nothing could be checked.

func run(_ checks: [Check]) -> Int32 {
    var leaks = 0
    for check in checks {
        do {
            let reports = try check.reports()
            print(reports == 0 ? "ok    \(check.name)" : "LEAK  \(check.name): \(reports) reports")
            if reports > 0 { leaks += 1 }
        } catch {
            print("ERROR \(check.name): \(error)")
            return 2
        }
    }
    print("\(checks.count) operations on secrets, \(leaks) of them not in constant time")
    return leaks == 0 ? 0 : 1
}

func exitCode(_ arguments: [String]) -> Int32 {
    guard memcheck_is_built_in() == 1 else {
        print("built without <valgrind/memcheck.h>: nothing can be checked")
        return 2
    }
    guard memcheck_is_running() == 1 else {
        print("not running under valgrind: nothing can be checked")
        return 2
    }
    if arguments.isEmpty { return run(groupChecks + schemeChecks) }
    guard arguments.count == 2, arguments[0] == "control", let control = Control(rawValue: arguments[1]) else {
        print("usage: ConstantTime [control \(Control.allCases.map(\.rawValue).joined(separator: "|"))]")
        return 2
    }
    return run([control.check])
}

exit(exitCode(Array(CommandLine.arguments.dropFirst())))
