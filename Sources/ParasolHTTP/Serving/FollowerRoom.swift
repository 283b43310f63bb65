internal import Synchronization

/// How many followers there are, and how many of each.
final class FollowerRoom: Sendable {
    /// A place that is taken until nobody holds it any more, however the connection ended.
    final class Place: Sendable {
        private let room: FollowerRoom
        private let follower: String

        fileprivate init(_ room: FollowerRoom, _ follower: String) {
            self.room = room
            self.follower = follower
        }

        deinit { room.leave(follower) }
    }

    private let limits: FollowerLimits
    private let counts = Mutex<(all: Int, each: [String: Int])>((0, [:]))

    init(_ limits: FollowerLimits) { self.limits = limits }

    /// Nil where there is no room.
    func enter(_ follower: String) -> Place? {
        let hasRoom = counts.withLock { counts in
            let own = counts.each[follower] ?? 0
            guard counts.all < limits.followers, own < limits.followersOfOne else { return false }
            counts.all += 1
            counts.each[follower] = own + 1
            return true
        }
        return hasRoom ? Place(self, follower) : nil
    }

    private func leave(_ follower: String) {
        counts.withLock { counts in
            counts.all -= 1
            let left = (counts.each[follower] ?? 1) - 1
            counts.each[follower] = left > 0 ? left : nil
        }
    }
}
