internal import Metrics
internal import Synchronization

/// Asks every role for its figures and sets the metrics of them, each time a collector reads.
final class FigureCollector: Sendable {
    private struct Series: Hashable {
        let role: String
        let name: Figure.Name
        let reason: String?
    }

    private let roles: [HostedRole]
    private let factory: any MetricsFactory
    /// What totals stood at, for a counter takes what was added.
    private let totals = Mutex<[Series: UInt64]>([:])

    init(_ roles: [HostedRole], factory: any MetricsFactory) {
        self.roles = roles
        self.factory = factory
    }

    func collect() async {
        for role in roles {
            let name = String(role.prefix.dropFirst())
            let isReady = await role.unready() == nil
            note([Figure(.ready, isReady ? 1 : 0)] + (await role.figures()), role: name)
        }
        note(ProcessFigures.now(), role: nil)
    }

    private func note(_ figures: [Figure], role: String?) {
        for figure in figures {
            var labels = role.map { [("role", $0)] } ?? []
            if let reason = figure.reason { labels.append(("reason", reason)) }
            guard figure.name.isTotal else {
                Meter(label: figure.name.rawValue, dimensions: labels, factory: factory).set(figure.value)
                continue
            }
            let series = Series(role: role ?? "", name: figure.name, reason: figure.reason)
            let total = UInt64(max(0, figure.value.rounded(.down)))
            // Added under the lock, so that two collectors at once do not add the same twice.
            totals.withLock { totals in
                let added = total - min(total, totals[series] ?? 0)
                totals[series] = max(total, totals[series] ?? 0)
                Counter(label: figure.name.rawValue, dimensions: labels, factory: factory).increment(by: added)
            }
        }
    }
}
