#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

// Names for the calls that FileSystem's own methods would hide.

func systemOpen(_ path: String, _ flags: Int32, mode: mode_t = 0) -> Int {
    unsafe Int(open(path, flags | O_CLOEXEC, mode))
}

func systemRename(_ path: String, _ target: String) -> Int { unsafe Int(rename(path, target)) }
