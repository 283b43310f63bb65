import ParasolClient
import ServiceProtocols
package import SharingContracts

extension EmbeddedNode {
    /// What a holder could not do about what the ledger has ended.
    package struct HousekeepingFault: Error, Hashable, Sendable {
        package let holder: IdentityID
        package let reason: String
    }

    /// Has every holder destroy what the ledger has ended: fragments of consents that are revoked, expired, used up or erased,
    /// shares of erased folders, halves that nobody may ask for any more. Nobody need ask for it: time alone ends consents.
    ///
    /// - Returns: Who could not, and why; the next call tries again.
    package func keepHouse() async -> [HousekeepingFault] {
        var faults: [HousekeepingFault] = []
        for service in directory.keyServices.values {
            do { _ = try await service.destroyErasedShares() } catch {
                faults.append(HousekeepingFault(holder: service.identity, reason: "\(error)"))
            }
        }
        for proxy in directory.proxies.values {
            do { _ = try await proxy.destroyEndedFragments() } catch {
                faults.append(HousekeepingFault(holder: proxy.identity, reason: "\(error)"))
            }
        }
        return faults
    }

    /// Keeps house again and again until it is cancelled.
    ///
    /// - Parameters:
    ///   - pause: Waits between two rounds; throws where the task is cancelled.
    ///   - report: Called with the faults of each round that had any.
    package func keepHouse(
        pause: @Sendable () async throws -> Void, report: @Sendable ([HousekeepingFault]) -> Void
    ) async {
        while !Task.isCancelled {
            let faults = await keepHouse()
            if !faults.isEmpty { report(faults) }
            do { try await pause() } catch { return }
        }
    }
}
