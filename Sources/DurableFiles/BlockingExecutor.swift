internal import Dispatch

/// Runs an actor on a thread of its own queue, so that its calls may block: the shared threads are as few as the machine's cores,
/// and a disk that is slow must not stop everything else.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) { queue = DispatchQueue(label: label) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
