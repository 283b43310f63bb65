package import EmbeddedNode
package import KeyService
package import LedgerMirror
package import LedgerNode
package import LogStorage
package import ParasolHTTP
package import ProxyService
package import RecordVault
package import Registrar
internal import ServiceProtocols
internal import SharingContracts

/// One role of a process as its server sees it: what it answers to, and what has to be done for it.
package struct HostedRole: Sendable {
    package let role: NodeRole
    /// Below which it answers: a slash and the name of its folder.
    package let prefix: String
    package let routes: [Route]
    /// Does what the ledger's time alone demands, or what was interrupted; the reason where it could not. Nil for roles that owe
    /// nobody anything.
    let housekeeping: (@Sendable () async -> String?)?
    /// Why it cannot serve now; nil where it can.
    let unready: @Sendable () async -> String?
    /// What it tells whoever watches it.
    let figures: @Sendable () async -> [Figure]
    package let close: @Sendable () async -> Void

    private init(
        _ role: NodeRole, _ name: String, _ routes: [Route],
        housekeeping: (@Sendable () async -> String?)? = nil,
        unready: @escaping @Sendable () async -> String? = { nil },
        figures: @escaping @Sendable () async -> [Figure] = { [] }, close: @escaping @Sendable () async -> Void
    ) {
        self.role = role
        prefix = "/" + name
        self.routes = routes.map { $0.below("/" + name).of(role: name) }
        self.housekeeping = housekeeping
        self.unready = unready
        self.figures = figures
        self.close = close
    }

    /// - Parameters:
    ///   - tiles: The folder with the log's tiles.
    ///   - trails: Closed with the ledger.
    package static func ledger(
        _ ledger: LedgerNode, named name: String = NodeRole.ledger.rawValue, origin: String, tiles: LogFolder,
        trails: TrailIndex, readers: LedgerReaders
    ) -> HostedRole {
        let access = readers.access
        let directory = StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } }
        let ledgerRoutes = LedgerRoutes.routes(ledger, origin: origin, access: access) { receipt, signer in
            try await ledger.concerns(receipt, signer)
        }
        // So that nobody who reads one waits for all leaves.
        let keepsTrails: @Sendable () async -> String? = {
            do throws(LedgerError) { try await trails.catchUp() } catch { return "\(error)" }
            return nil
        }
        let routes =
            ledgerRoutes + DirectoryRoutes.routes(directory, origin: origin, access: access.follow)
            + TrailRoutes.routes(trails, origin: origin, access: access)
            + EventRoutes.routes(ledger, origin: origin, access: access.follow)
        let hosted = HostedRole(
            .ledger, name, routes, housekeeping: keepsTrails,
            unready: { await ledger.reasonForHalting.map { "ledger: \($0)" } },
            figures: { await ledger.watchedFigures },
            close: {
                await trails.close()
                await ledger.close()
            })
        return hosted.adding(
            TileRoutes.routes(
                tiles, prefix: hosted.prefix + LedgerPaths(origin: origin).tiles, access: access.read))
    }

    package static func witness(_ witness: WitnessNode, named name: String = NodeRole.witness.rawValue) -> HostedRole {
        HostedRole(
            .witness, name, WitnessRoutes.routes(witness, prefix: ""), figures: { await witness.watchedFigures },
            close: { await witness.close() })
    }

    /// A full copy that follows the ledger at each round of housekeeping.
    package static func mirror(
        _ mirror: LedgerMirror, named name: String = NodeRole.mirror.rawValue, origin: String, tiles: LogFolder,
        readers: LedgerReaders
    ) -> HostedRole {
        let hosted = HostedRole(
            .mirror, name, [],
            housekeeping: {
                do { _ = try await mirror.catchUp() } catch { return "\(error)" }
                return nil
            }, close: { await mirror.close() })
        return hosted.adding(
            TileRoutes.routes(
                tiles, prefix: hosted.prefix + LedgerPaths(origin: origin).tiles,
                access: readers.access.read))
    }

    package static func keyService(
        _ service: KeyService, named name: String = NodeRole.keyService.rawValue
    ) -> HostedRole {
        HostedRole(
            .keyService, name, KeyServiceRoutes.routes(service),
            housekeeping: {
                do { _ = try await service.destroyErasedShares() } catch { return "\(error)" }
                return nil
            }, close: { await service.close() })
    }

    package static func proxy(_ proxy: ProxyService, named name: String = NodeRole.proxy.rawValue) -> HostedRole {
        HostedRole(
            .proxy, name, ProxyRoutes.routes(proxy),
            housekeeping: {
                do { _ = try await proxy.destroyEndedFragments() } catch { return "\(error)" }
                return nil
            }, close: { await proxy.close() })
    }

    package static func vault(_ vault: RecordVault, named name: String = NodeRole.vault.rawValue) -> HostedRole {
        HostedRole(
            .vault, name, VaultRoutes.routes(vault), figures: { await vault.watchedFigures },
            close: { await vault.close() })
    }

    package static func registrar(
        _ registrar: Registrar, named name: String = NodeRole.registrar.rawValue
    ) -> HostedRole {
        HostedRole(
            .registrar, name, RegistrarRoutes.routes(registrar),
            housekeeping: {
                do { try await registrar.finishInterrupted() } catch { return "\(error)" }
                return nil
            }, close: { await registrar.close() })
    }

    /// Routes that have the prefix already.
    private func adding(_ more: [Route]) -> HostedRole {
        HostedRole(self, routes: routes + more.map { $0.of(role: String(prefix.dropFirst())) })
    }

    private init(_ other: HostedRole, routes: [Route]) {
        role = other.role
        prefix = other.prefix
        self.routes = routes
        housekeeping = other.housekeeping
        unready = other.unready
        figures = other.figures
        close = other.close
    }
}
