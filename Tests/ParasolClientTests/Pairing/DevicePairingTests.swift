import Octets
import ServiceProtocols
import SharingContracts
import TestKit
import Testing

@testable import ParasolClient

/// A profile goes to the second device that asked, and nowhere else.
struct DevicePairingTests {
    private let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let minute: UInt64 = 60_000_000

    private func offer(seed: UInt64 = 1, kind: ProfileKind = .patient) throws -> PairingOffer {
        var generator = SeededGenerator(seed: seed)
        return try PairingOffer(for: kind, at: now, using: &generator)
    }

    private func failure(_ body: () throws -> Void) -> PairingError? {
        do { try body() } catch { return error as? PairingError }
        return nil
    }

    @Test func theWholeProfileGoesToTheDeviceThatAsked() throws {
        let (profile, offer) = (try fullProfile(), try offer())
        let carried = try PairingRequest(file: offer.request.file)
        #expect(carried == offer.request && carried.kind == .patient && carried.madeAt == now)
        let typed = try InvitationCode(typed: offer.code.spelled.lowercased())
        let answer = try carried.answer(with: profile, code: typed, at: now.adding(microseconds: minute))
        #expect(try offer.open(answer, at: now.adding(microseconds: 2 * minute)) == profile)
    }

    @Test func noOtherDeviceOpensTheAnswerAndNoEarlierAnswerOpensAgain() throws {
        let (offer, other) = (try offer(), try offer(seed: 2))
        let answer = try offer.request.answer(with: fullProfile(), code: offer.code, at: now)
        #expect(failure { _ = try other.open(answer, at: now) } == .cannotOpen)
        // The same code with another key, as if somebody had read the code: still no.
        let thief = try PairingOffer(for: .patient, at: now, code: offer.code, privateKey: .random(count: 32))
        #expect(failure { _ = try thief.open(answer, at: now) } == .cannotOpen)
    }

    @Test func whoHasNotGotTheCodeCanNeitherAskNorAnswer() throws {
        let (offer, other) = (try offer(), try offer(seed: 2))
        let profile = try fullProfile()
        #expect(failure { _ = try offer.request.answer(with: profile, code: other.code, at: now) } == .wrongCode)
        // A request of somebody's own key in the place of the new device's.
        let swapped = PairingRequest(
            kind: .patient, madeAt: now, publicKey: other.request.publicKey, code: other.code)
        #expect(failure { _ = try swapped.answer(with: profile, code: offer.code, at: now) } == .wrongCode)
        // A profile of somebody's own, sealed to the key that everybody can read in the request.
        let forged = try PairingRequest(
            kind: .patient, madeAt: now, publicKey: offer.request.publicKey, code: other.code
        ).answer(with: profile, code: other.code, at: now)
        #expect(failure { _ = try offer.open(forged, at: now) } == .cannotOpen)
    }

    @Test func aRequestCountsForTenMinutes() throws {
        let offer = try offer()
        let profile = try fullProfile()
        let (last, late) = (now.adding(microseconds: 10 * minute), now.adding(microseconds: 10 * minute + 1))
        let answer = try offer.request.answer(with: profile, code: offer.code, at: last)
        #expect(
            failure { _ = try offer.request.answer(with: profile, code: offer.code, at: late) }
                == .expired(madeAt: now, now: late))
        #expect(try offer.open(answer, at: last) == profile)
        #expect(failure { _ = try offer.open(answer, at: late) } == .expired(madeAt: now, now: late))
        let early = Timestamp(microseconds: now.microseconds - 2 * minute - 1)
        #expect(
            failure { _ = try offer.request.answer(with: profile, code: offer.code, at: early) }
                == .fromTheFuture(madeAt: now, now: early))
    }

    @Test func anotherKindOfProfileIsNotHandedOver() throws {
        let offer = try offer(kind: .doctor)
        #expect(
            failure { _ = try offer.request.answer(with: fullProfile(), code: offer.code, at: now) }
                == .otherKind(asked: .doctor, offered: .patient))
    }

    @Test func everyChangedByteIsRefused() throws {
        let offer = try offer()
        let profile = Profile(kind: .patient, displayName: "Beatriz")
        let request = offer.request.file
        for place in request.indices {
            var changed = request
            changed[place] ^= 0x10
            let error = failure {
                _ = try PairingRequest(file: changed).answer(with: profile, code: offer.code, at: now)
            }
            switch error {
            case .malformedRequest, .wrongCode: break
            default: Issue.record("byte \(place) of the request: \(String(describing: error))")
            }
        }
        let answer = try offer.request.answer(with: profile, code: offer.code, at: now)
        for place in answer.indices where place < 60 || place % 61 == 0 || place > answer.count - 20 {
            var changed = answer
            changed[place] ^= 0x10
            let error = failure { _ = try offer.open(changed, at: now) }
            switch error {
            case .malformedAnswer, .cannotOpen: break
            default: Issue.record("byte \(place) of the answer: \(String(describing: error))")
            }
        }
    }

    @Test func whatIsCutOffOrTooLongIsRefused() throws {
        let offer = try offer()
        let (request, profile) = (offer.request.file, Profile(kind: .patient, displayName: ""))
        for bytes in (0..<request.count).map({ Array(request[..<$0]) }) + [request + [0]] {
            guard case .malformedRequest = failure({ _ = try PairingRequest(file: bytes) }) else {
                Issue.record("a request of \(bytes.count) bytes")
                continue
            }
        }
        let answer = try offer.request.answer(with: profile, code: offer.code, at: now)
        for bytes in [[], Array(answer[..<40]), Array(answer.dropLast()), answer + [0], Array(answer[1...])] {
            guard case .malformedAnswer = failure({ _ = try offer.open(bytes, at: now) }) else {
                Issue.record("an answer of \(bytes.count) bytes")
                continue
            }
        }
    }

    @Test func anAnswerIsCompleteOnceAllOfItIsThere() throws {
        let offer = try offer()
        let answer = try offer.request.answer(
            with: Profile(kind: .patient, displayName: ""), code: offer.code, at: now)
        for count in 0..<answer.count { #expect(!PairingFile.isComplete(Array(answer[..<count]))) }
        #expect(PairingFile.isComplete(answer) && PairingFile.isComplete(answer + [0]))
        // What will never become an answer is not waited for.
        #expect(PairingFile.isComplete([0x21]))
    }

    @Test func keysOfSmallOrderAreRefused() throws {
        let offer = try offer()
        let zero = try FixedOctets<32>([UInt8](repeating: 0, count: 32))
        let request = PairingRequest(kind: .patient, madeAt: now, publicKey: zero, code: offer.code)
        guard
            case .malformedRequest = failure({
                _ = try request.answer(with: fullProfile(), code: offer.code, at: now)
            })
        else {
            Issue.record("sealed to zero")
            return
        }
        let answer = try offer.request.answer(with: fullProfile(), code: offer.code, at: now)
        let changed = answer[..<8] + zero.bytes + answer[40...]
        #expect(failure { _ = try offer.open(Array(changed), at: now) } == .cannotOpen)
    }

    @Test func nothingSecretIsShown() throws {
        let offer = try offer()
        let shown = "\(offer) \(String(reflecting: offer)) \(offer.code) \(offer.request)"
        #expect(!shown.contains(offer.code.spelled) && shown.contains("PairingOffer(hidden)"))
        let answer = try offer.request.answer(with: fullProfile(), code: offer.code, at: now)
        for secret in [0x21, 0x22, 0x23, 0x24, 0x25] as [UInt8] {
            #expect(!contains(answer, [UInt8](repeating: secret, count: 8)))
        }
    }
}

/// What one device takes over from the other.
struct ProfileMergingTests {
    private func failure(_ body: () throws -> Void) -> PairingError? {
        do { try body() } catch { return error as? PairingError }
        return nil
    }

    private func folder(_ number: UInt8, _ name: String) throws -> ProfileFolder {
        ProfileFolder(
            id: try identifier(number), name: name, createdAt: Timestamp(milliseconds: 1),
            state: .open(try FolderKeys(signingKey: key(1), verifyingSecret: key(2), share: key(3))))
    }

    @Test func newFoldersAndRecordsComeAndOwnNamesStay() throws {
        var mine = try fullProfile()
        var theirs = mine
        theirs.folders[0].name = "their name"
        theirs.folders.append(try folder(0x39, "lungs"))
        theirs.records[0].label = "theirs"
        theirs.records.append(
            KnownRecord(
                id: try identifier(0x42), folder: try identifier(0x39), label: "stairs",
                address: try ContentAddress([UInt8](repeating: 1, count: 32))))
        theirs.outbox = []
        theirs.deliveries = []
        let before = mine
        let merged = try mine.merge(theirs)
        #expect(merged == Profile.Merged(newFolders: 1, erasedFolders: 0, newRecords: 1))
        #expect(mine.folders.map(\.name) == ["heart", "", "lungs"])
        #expect(mine.records.map(\.label) == ["2026-01-01 rest", "stairs"])
        #expect(mine.outbox == before.outbox && mine.deliveries == before.deliveries && mine.trust == before.trust)
        #expect(try mine.merge(theirs) == Profile.Merged())
    }

    @Test func whatOneDeviceErasedTheOtherErasesAndNothingComesBack() throws {
        var (mine, theirs) = (try fullProfile(), try fullProfile())
        let id = theirs.folders[0].id
        try theirs.eraseFolder(id, at: Timestamp(milliseconds: 5))
        #expect(try mine.merge(theirs).erasedFolders == 1)
        #expect(mine.folder(id)?.isErased == true)
        #expect(try mine.merge(fullProfile()) == Profile.Merged())
        #expect(mine.folder(id)?.isErased == true)
    }

    @Test func anotherPersonsProfileIsNotMixedIn() throws {
        let mine = Profile(kind: .patient, displayName: "a", folders: [try folder(1, "x")])
        let refusals: [(Profile, PairingError)] = [
            (Profile(kind: .patient, displayName: "b", folders: [try folder(2, "y")]), .otherIdentity),
            (Profile(kind: .doctor, displayName: "b"), .otherKind(asked: .patient, offered: .doctor)),
            (Profile(kind: .patient, displayName: "b", signingKey: key(4)), .otherIdentity),
        ]
        for (other, error) in refusals {
            var changed = mine
            #expect(failure { _ = try changed.merge(other) } == error)
            #expect(changed == mine)
        }
        var empty = Profile(kind: .patient, displayName: "c")
        #expect(try empty.merge(mine).newFolders == 1)
        var foreign = try fullProfile()
        var other = try fullProfile()
        other.trust = LedgerTrust(logKey: "another", witnessPolicy: "log x\nquorum none\n")
        #expect(failure { _ = try foreign.merge(other) } == .otherLedger)
    }

    @Test func moreThanAProfileHoldsChangesNothing() throws {
        var mine = Profile(kind: .patient, displayName: "a", folders: [try folder(1, "x")])
        let most = try (0..<ProfileLimits.folderCount).map { number in
            ProfileFolder(
                id: try FolderID((0..<16).map { $0 < 2 ? UInt8(number >> ($0 * 8) & 255) : 7 }), name: "",
                createdAt: Timestamp(milliseconds: 1), state: .erased(at: Timestamp(milliseconds: 2)))
        }
        let theirs = Profile(kind: .patient, displayName: "a", folders: [mine.folders[0]] + most.dropLast())
        let before = mine
        #expect(throws: Never.self) { try mine.merge(theirs) }
        mine = before
        let tooMany = Profile(
            kind: .patient, displayName: "a", folders: [mine.folders[0]] + most)
        guard case .profile = failure({ _ = try mine.merge(tooMany) }) else {
            Issue.record("merged")
            return
        }
        #expect(mine == before)
    }
}
