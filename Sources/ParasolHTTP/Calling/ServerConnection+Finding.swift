extension ServerConnection {
    /// Reads what may not be there.
    ///
    /// - Parameter code: Of the problem that says that it is not.
    /// - Returns: nil where it is not.
    /// - Throws: ``CallFailure``.
    func find<Value>(
        _ call: Call, missing code: String, _ parse: (CallAnswer) throws -> Value
    ) async throws(CallFailure) -> Value? {
        do throws(CallFailure) {
            let answer = try await self.call(call)
            return try CallFailure.parsed { try parse(answer) }
        } catch {
            if case .problem(let problem) = error, problem.code == code { return nil }
            throw error
        }
    }
}
