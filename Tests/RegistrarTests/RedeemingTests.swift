import LedgerReplica
import ServiceProtocols
import SharingContracts
import TestKit
import Testing
import TransparencyLog
import Umbral

@testable import Registrar

/// A code is worth one enrolment, whatever is interrupted and whoever else has it.
@Suite struct RedeemingTests {
    @Test(arguments: Role.allCases) func aCodeEnrolsWhoeverHasIt(_ role: Role) async throws {
        let desk = try await Desk()
        let issued = try await desk.invite(role)
        let new = try desk.request(role)
        let receipt = try await desk.registrar.redeem(issued.code, request: new.request)
        try desk.trust.verify(receipt, of: new.signed.transaction)
        let identity = try #require(try await desk.identity(new))
        #expect(identity.role == role)
        #expect(identity.member == desk.memberID)
        #expect(try await desk.state(of: 1) == .used(new.identity, at: desk.clock.now()))
    }

    @Test func theSameRequestIsAnsweredWithTheSameReceipt() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        let receipt = try await desk.registrar.redeem(issued.code, request: new.request)
        desk.clock.advance(milliseconds: 90 * 86_400_000)
        #expect(try await desk.registrar.redeem(issued.code, request: new.request) == receipt)
        #expect(desk.ledger.submitted.count == 1)
        let other = try desk.request()
        await #expect(throws: RegistrarError.alreadyUsed) {
            try await desk.registrar.redeem(issued.code, request: other.request)
        }
        #expect(try await !desk.isEnrolled(other))
    }

    /// Wherever the registrar dies, the request that had gone on comes to its end, and nobody else gets in.
    @Test(arguments: [InterruptedLedger.Cut.checkpoint, .submissionLost, .answerLost])
    func aCrashNeitherLosesNorDoublesAnEnrolment(_ cut: InterruptedLedger.Cut) async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let first = try desk.request()
        let other = try desk.request()
        desk.ledger.cut(cut)
        await #expect(throws: RegistrarError.self) {
            try await desk.registrar.redeem(issued.code, request: first.request)
        }
        let restarted = try desk.restarted("after")
        if cut == .checkpoint {
            // Nothing was signed: whoever comes first has it.
            _ = try await restarted.redeem(issued.code, request: other.request)
            await #expect(throws: RegistrarError.alreadyUsed) {
                try await restarted.redeem(issued.code, request: first.request)
            }
        } else {
            await #expect(throws: RegistrarError.alreadyUsed) {
                try await restarted.redeem(issued.code, request: other.request)
            }
            let receipt = try await restarted.redeem(issued.code, request: first.request)
            try desk.trust.verify(receipt, of: first.signed.transaction)
            #expect(try await restarted.redeem(issued.code, request: first.request) == receipt)
        }
        #expect(try await desk.isEnrolled(first) != desk.isEnrolled(other))
    }

    @Test func whatWasInterruptedIsFinishedWithoutItsHolder() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        desk.ledger.cut(.submissionLost)
        await #expect(throws: RegistrarError.ledger(.unreachable("cut"))) {
            try await desk.registrar.redeem(issued.code, request: new.request)
        }
        #expect(try await desk.state(of: 1) == .pending(new.identity))
        await #expect(throws: RegistrarError.ledger(.unreachable("cut"))) {
            try await desk.registrar.finishInterrupted()
        }
        desk.ledger.cut(nil)
        try await desk.registrar.finishInterrupted()
        #expect(try await desk.isEnrolled(new))
        #expect(try await desk.state(of: 1) == .used(new.identity, at: desk.clock.now()))
    }

    @Test func ofManyAtOnceOneIsEnrolled() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let requests = try (0..<8).map { _ in try desk.request() }
        let enrolled = await withTaskGroup(of: Bool.self) { group in
            for new in requests {
                group.addTask {
                    (try? await desk.registrar.redeem(issued.code, request: new.request)) != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(enrolled == 1)
        var known = 0
        for new in requests where try await desk.isEnrolled(new) { known += 1 }
        #expect(known == 1)
        #expect(Set(desk.ledger.submitted).count == 1)
    }

    /// What the ledger refuses after all stays bound to its request: the ledger has bytes that the member signed.
    @Test func aRefusalByTheLedgerFreesNoCode() async throws {
        let desk = try await Desk()
        let issued = try await desk.invite()
        let new = try desk.request()
        let violation = ContractViolation(.keyTaken, "says the ledger")
        desk.ledger.refuse(violation)
        await #expect(throws: RegistrarError.ledger(.refused(violation))) {
            try await desk.registrar.redeem(issued.code, request: new.request)
        }
        desk.ledger.refuse(nil)
        let other = try desk.request()
        await #expect(throws: RegistrarError.alreadyUsed) {
            try await desk.registrar.redeem(issued.code, request: other.request)
        }
        _ = try await desk.registrar.redeem(issued.code, request: new.request)
    }

    @Test func aReceiptOfSomethingElseIsNotBelieved() async throws {
        let desk = try await Desk()
        let done = try desk.request()
        let receipt = try await desk.registrar.redeem(try await desk.invite().code, request: done.request)
        let issued = try await desk.invite()
        let new = try desk.request()
        desk.ledger.answer(receipt)
        await #expect {
            try await desk.registrar.redeem(issued.code, request: new.request)
        } throws: {
            if case .badReceipt? = $0 as? RegistrarError { true } else { false }
        }
        #expect(try await desk.state(of: 2) == .pending(new.identity))
        desk.ledger.answer(nil)
        _ = try await desk.registrar.redeem(issued.code, request: new.request)
    }
}
