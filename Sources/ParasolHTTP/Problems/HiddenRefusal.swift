/// Refuses what is another's as if it were not there, and has it logged and counted as what it is.
struct HiddenRefusal: Error {
    /// What is answered: the same as for what is not there.
    let problem: Problem
}
