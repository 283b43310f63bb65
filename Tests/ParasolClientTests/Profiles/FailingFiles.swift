import DurableFiles
import Foundation
import Synchronization

/// A file system that works for a number of calls and then no more.
final class FailingFiles: Sendable {
    private let left: Mutex<Int>

    init(after calls: Int) { left = Mutex(calls) }

    var fileSystem: FileSystem {
        FileSystem { _, _ in
            self.left.withLock { left in
                guard left > 0 else { return EIO }
                left -= 1
                return nil
            }
        }
    }

    func mend() { left.withLock { $0 = .max } }
    func fail() { left.withLock { $0 = 0 } }
}
