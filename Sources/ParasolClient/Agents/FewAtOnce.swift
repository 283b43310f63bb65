/// The same for each of a list, a few at a time.
enum FewAtOnce {
    /// The results, in the list's order.
    static func map<Element: Sendable, Result: Sendable>(
        _ elements: [Element], atMost width: Int, _ work: @escaping @Sendable (Element) async -> Result
    ) async -> [Result] {
        await withTaskGroup(of: (index: Int, result: Result).self) { group in
            var results: [Int: Result] = [:]
            for (index, element) in elements.enumerated() {
                if index >= width, let done = await group.next() { results[done.index] = done.result }
                group.addTask { (index, await work(element)) }
            }
            for await done in group { results[done.index] = done.result }
            return elements.indices.compactMap { results[$0] }
        }
    }
}
