internal import Foundation

/// The same work for each of a list, spread over the cores of this machine.
package enum WorkOverCores {
    /// The results, in the list's order.
    ///
    /// As many tasks as there are cores at most, each with every so-manieth element; between two elements each gives way to what
    /// else waits for a core, so that a long list keeps nobody out.
    ///
    /// - Throws: what `work` throws for an element; which of several is not said.
    package static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ work: @escaping @Sendable (Element) throws -> Result
    ) async throws -> [Result] {
        let width = min(elements.count, ProcessInfo.processInfo.activeProcessorCount)
        guard width > 1 else { return try elements.map(work) }
        return try await withThrowingTaskGroup(of: (first: Int, results: [Result]).self) { group in
            for first in 0..<width {
                group.addTask {
                    var results: [Result] = []
                    for index in stride(from: first, to: elements.count, by: width) {
                        try Task.checkCancellation()
                        results.append(try work(elements[index]))
                        await Task.yield()
                    }
                    return (first, results)
                }
            }
            var shares: [[Result]] = Array(repeating: [], count: width)
            for try await share in group { shares[share.first] = share.results }
            return elements.indices.map { shares[$0 % width][$0 / width] }
        }
    }
}
