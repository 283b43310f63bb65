import Foundation
import Octets
import ParasolClient
import ServiceProtocols
import SharingContracts
import Synchronization
import Umbral

/// What one proxy transforms for requests that are on the ledger already, beside the bare scheme.
struct TransformFigure: Codable {
    /// How many records each request is for.
    let recordsPerRequest: Int
    /// Capsules transformed, of all requests together.
    let perSecond: Double
    /// Processor time of the proxy's process for each capsule, in microseconds; nil where its process is not known.
    let proxyProcessorUs: Double?
    /// What one core does with nothing else to do.
    let bare: BareScheme
    let cores: Int

    /// Of what all cores together could do of re-encryption alone.
    var ofReencryption: Double { perSecond / (bare.reencryptionsPerCoreSecond * Double(cores)) }
    /// Of what all cores together could do from a capsule's bytes to a fragment's.
    var ofTransformation: Double { perSecond / (bare.transformationsPerCoreSecond * Double(cores)) }
}

/// The scheme alone, on one core.
struct BareScheme: Codable {
    /// Re-encryptions with proof of a capsule that is known to be good.
    let reencryptionsPerCoreSecond: Double
    /// From a capsule's bytes, which are decoded and checked, to a fragment's: what a proxy must do for each, whatever it is asked over.
    let transformationsPerCoreSecond: Double
}

struct WireTransforms {
    let deployment: WireDeployment
    /// Linux's number of the process of the network's first proxy.
    let proxyProcess: Int32?

    private static let clock = ContinuousClock()

    /// - Parameters:
    ///   - count: Requests in all.
    ///   - width: How many records each is for, at most as many as the deployment has.
    ///   - inFlight: As many wait for their answers at once.
    ///   - bare: As ``bareScheme()`` has it.
    func run(count: Int, of width: Int, inFlight: Int, bare: BareScheme) async throws -> TransformFigure {
        guard let proxy = deployment.network.proxies.first?.identity else {
            throw WrongResult(description: "the network has no proxy")
        }
        let records = Array(deployment.records.prefix(width)).sorted()
        let requests = try await requests(count: count, for: records)
        let capsules = try await capsules(of: records)
        let queue = RequestQueue(requests)
        let processor = try processorSeconds()
        let start = Self.clock.now
        try await withThrowingDiscardingTaskGroup { group in
            for number in 0..<inFlight {
                let services = deployment.doctors[number % deployment.doctors.count].person.services
                group.addTask {
                    while let request = queue.take() {
                        _ = try await services.proxy(proxy).transform(request: request.receipt, capsules: capsules)
                    }
                }
            }
        }
        let seconds = start.duration(to: Self.clock.now) / .seconds(1)
        let used = try processorSeconds().flatMap { after in processor.map { after - $0 } }
        let transforms = Double(count * width)
        return TransformFigure(
            recordsPerRequest: width, perSecond: transforms / seconds,
            proxyProcessorUs: used.map { $0 * 1e6 / transforms },
            bare: bare, cores: ProcessInfo.processInfo.activeProcessorCount)
    }

    private func requests(count: Int, for records: [RecordID]) async throws -> [Doctor.Request] {
        let doctors = deployment.doctors
        return try await withThrowingTaskGroup { group in
            for (number, grantee) in doctors.enumerated() {
                let share = count / doctors.count + (number < count % doctors.count ? 1 : 0)
                group.addTask {
                    var requests: [Doctor.Request] = []
                    for _ in 0..<share {
                        requests.append(try await grantee.doctor.request(records, under: grantee.consent))
                    }
                    return requests
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func capsules(of records: [RecordID]) async throws -> [[UInt8]] {
        let found = try await deployment.hospital.session.read { (state) throws(ClientError) in
            records.compactMap { state.record($0) }
        }
        try expect(found.count == records.count, "the records are not on the ledger")
        var capsules: [[UInt8]] = []
        for record in found {
            let download = try await SealedRecordDownload(
                record, folderKey: deployment.folderKey, from: deployment.hospital.services)
            capsules.append(download.capsule.simple.bytes)
        }
        return capsules
    }

    /// Measures what one core does with nothing else to do.
    static func bareScheme() throws -> BareScheme {
        let owner = SecretKey.random()
        let (capsule, _) = try owner.publicKey.encrypt([1, 2, 3])
        let fragments = try owner.keyFragments(
            for: SecretKey.random().publicKey, signer: Signer(SecretKey.random()), threshold: 2, shares: 3)
        let bytes = capsule.simple.bytes
        let reencryption = try measure(for: .seconds(1)) { blackHole(try fragments[0].reencrypt(capsule).simple) }
        let transformation = try measure(for: .seconds(1)) {
            blackHole(try fragments[0].reencrypt(try Capsule(simple: bytes)).simple)
        }
        return BareScheme(
            reencryptionsPerCoreSecond: 1e6 / reencryption.medianUs,
            transformationsPerCoreSecond: 1e6 / transformation.medianUs)
    }

    /// User and system time of the proxy's process (`/proc/PID/stat`).
    private func processorSeconds() throws -> Double? {
        guard let proxyProcess else { return nil }
        let stat = try String(contentsOfFile: "/proc/\(proxyProcess)/stat", encoding: .utf8)
        // The name in parentheses may hold blanks.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw WrongResult(description: "/proc/\(proxyProcess)/stat does not say its times")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}

/// Requests that wait for somebody to bring them.
private final class RequestQueue: Sendable {
    private let waiting: Mutex<[Doctor.Request]>

    init(_ requests: [Doctor.Request]) { waiting = Mutex(requests) }

    func take() -> Doctor.Request? { waiting.withLock { $0.popLast() } }
}
