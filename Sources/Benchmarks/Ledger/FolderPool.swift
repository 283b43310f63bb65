import Synchronization

/// Folders in flight, each waiting for its turn: a folder's next transaction goes out when its last one's receipt is there.
///
/// Folders take turns in the order in which they became ready, so that a pool whose folders stand at different places in their
/// stories sends the stories' mix at any time. A folder whose story has ended is replaced by a new one.
final class FolderPool: Sendable {
    /// A folder's next transaction, and when it was meant to go out.
    struct Turn: Sendable {
        fileprivate let story: FolderStory
        fileprivate let position: Int
        let intended: ContinuousClock.Instant

        var transaction: LoadTransaction { story.transactions[position] }
    }

    private struct State {
        var fresh: [FolderStory]
        var ready: Fifo<(story: FolderStory, position: Int)> = Fifo()
        /// Arrivals that no folder was ready for.
        var late: Fifo<ContinuousClock.Instant> = Fifo()
    }

    private let state: Mutex<State>

    /// - Parameters:
    ///   - begun: Folders with the number of their transactions that are leaves already.
    ///   - fresh: Those that take the places of the ones that end.
    init(begun: [(story: FolderStory, position: Int)], fresh: [FolderStory]) {
        var state = State(fresh: fresh)
        for folder in begun { state.ready.append(folder) }
        self.state = Mutex(state)
    }

    /// The next folder's turn, or nil where none is ready: then the arrival waits for the first that is, and
    /// ``finish(_:)`` returns its turn.
    func arrive(at intended: ContinuousClock.Instant) -> Turn? {
        state.withLock { state in
            guard let next = state.ready.popFirst() else {
                state.late.append(intended)
                return nil
            }
            return Turn(story: next.story, position: next.position, intended: intended)
        }
    }

    /// Takes a folder back, one transaction further.
    ///
    /// - Returns: The turn of the arrival that has waited longest, if one waits.
    /// - Throws: ``WrongResult`` where no fresh folder is left.
    func finish(_ turn: Turn) throws(WrongResult) -> Turn? {
        let (isSupplied, next) = state.withLock { state -> (Bool, Turn?) in
            if turn.position + 1 < turn.story.transactions.count {
                state.ready.append((turn.story, turn.position + 1))
            } else {
                guard let story = state.fresh.popLast() else { return (false, nil) }
                state.ready.append((story, 0))
            }
            guard let intended = state.late.popFirst(), let next = state.ready.popFirst() else { return (true, nil) }
            return (true, Turn(story: next.story, position: next.position, intended: intended))
        }
        guard isSupplied else { throw WrongResult(description: "the load generator ran out of folders") }
        return next
    }
}

/// First in, first out, in amortized constant time.
struct Fifo<Element> {
    private var elements: [Element] = []
    private var start = 0

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard start < elements.count else { return nil }
        defer {
            start += 1
            if start > 1_024, start * 2 > elements.count {
                elements.removeFirst(start)
                start = 0
            }
        }
        return elements[start]
    }
}
