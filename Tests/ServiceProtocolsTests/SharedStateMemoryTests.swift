import ServiceProtocols
import SharingContracts
import Testing

struct SharedStateMemoryTests {
    private func key(_ number: UInt8) -> StateKey { StateKey(tag: .folders, name: [number]) }

    @Test func aRowIsFetchedOnce() {
        let memory = SharedStateMemory()
        for _ in 0..<3 { #expect(memory.row(at: key(1)) { 7 } as? Int == 7) }
        #expect(memory.row(at: key(1)) { 8 } as? Int == 7)
    }

    @Test func thatThereIsNoRowIsRememberedUntilOneIsSettled() {
        let memory = SharedStateMemory()
        #expect(memory.row(at: key(2)) { nil } == nil)
        #expect(memory.row(at: key(2)) { 9 } == nil)
        memory.settle([key(2): 10])
        #expect(memory.row(at: key(2)) { nil } as? Int == 10)
    }

    @Test func aSettledRowTakesTheOldOnesPlace() {
        let memory = SharedStateMemory(rows: 4)
        for number in 0..<3 as Range<UInt8> { _ = memory.row(at: key(number)) { 1 } }
        memory.settle([key(0): 2, key(2): 2])
        for number in [0, 2] as [UInt8] { #expect(memory.row(at: key(number)) { 3 } as? Int != 1) }
    }

    @Test func whatWasFetchedBeforeASettlementIsNotRememberedAfterIt() {
        let memory = SharedStateMemory()
        let found = memory.row(at: key(1)) {
            memory.settle([:])
            return 1
        }
        #expect(found as? Int == 1)
        #expect(memory.row(at: key(1)) { 2 } as? Int == 2)
    }

    @Test func noMoreRowsAreRememberedThanTheBound() {
        let memory = SharedStateMemory(rows: 8)
        for number in 0..<100 as Range<UInt8> { _ = memory.row(at: key(number)) { Int(number) } }
        var remembered = 0
        // The newest first: whatever is asked for in vain takes an older one's place.
        for number in (0..<100 as Range<UInt8>).reversed() {
            let row = memory.row(at: key(number)) { nil }
            if row != nil { remembered += 1 }
        }
        #expect((4...8).contains(remembered))
    }

    @Test func theFirstFailureIsKept() {
        let memory = SharedStateMemory()
        #expect(memory.failure == nil)
        memory.note(ContractViolation(.stateUnavailable, "one"))
        memory.note(ContractViolation(.stateUnavailable, "two"))
        #expect(memory.failure?.reason == "one")
    }
}
