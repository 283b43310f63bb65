package import EmbeddedNode
package import KeyService
package import LedgerMirror
package import LedgerNode
package import LedgerReplica
package import LogStorage
internal import Logging
package import ParasolHTTP
package import ProxyService
package import RecordVault
package import Registrar
package import ServiceProtocols
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
    /// Follows the ledger as that tells of what is new, until it tells no more or the task is cancelled; nil for roles that follow when they
    /// have to know.
    let following: (@Sendable () async -> Void)?
    /// Why it cannot serve now; nil where it can.
    let unready: @Sendable () async -> String?
    /// What it tells whoever watches it.
    let figures: @Sendable () async -> [Figure]
    package let close: @Sendable () async -> Void

    private init(
        _ role: NodeRole, _ name: String, _ routes: [Route],
        housekeeping: (@Sendable () async -> String?)? = nil, following: (@Sendable () async -> Void)? = nil,
        unready: @escaping @Sendable () async -> String? = { nil },
        figures: @escaping @Sendable () async -> [Figure] = { [] }, close: @escaping @Sendable () async -> Void
    ) {
        self.role = role
        prefix = "/" + name
        self.routes = routes.map { $0.below("/" + name).of(role: name) }
        self.housekeeping = housekeeping
        self.following = following
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
        HostedRole(
            .ledger, name, reading(ledger, origin: origin, trails: trails, readers: readers),
            housekeeping: { await keep(trails) },
            unready: { await ledger.reasonForHalting.map { "\(name): \($0)" } },
            figures: { await ledger.watchedFigures },
            close: {
                await trails.close()
                await ledger.close()
            }
        ).adding(tiles, origin: origin, readers: readers)
    }

    /// What a ledger and a full copy of it answer to.
    private static func reading(
        _ ledger: some TrailedLedger & CheckpointFollowing, origin: String, trails: TrailIndex, readers: LedgerReaders
    ) -> [Route] {
        let access = readers.access
        let directory = StateLedgerDirectory(ledger) { id in try await ledger.read { try $0.history(of: id) } }
        let ledgerRoutes = LedgerRoutes.routes(ledger, origin: origin, access: access) { receipt, signer in
            try await ledger.concerns(receipt, signer)
        }
        return ledgerRoutes + DirectoryRoutes.routes(directory, origin: origin, access: access.follow)
            + TrailRoutes.routes(trails, origin: origin, access: access)
            + EventRoutes.routes(ledger, origin: origin, access: access.follow)
    }

    /// Follows the ledger, and has the newest snapshot vouched for.
    private static func keep(
        _ mirror: LedgerMirror, vouchedForBy witnesses: [any StateVouching]
    ) async throws {
        try await mirror.catchUp()
        if await mirror.awaitsStateNote(), try await mirror.vouch(with: await stateNotes(of: witnesses)) {
            let size = try await mirror.newestSnapshot()?.size ?? 0
            mirrorLogger.notice("there is a new snapshot", metadata: ["leaves": "\(size)"])
        }
    }

    private static let mirrorLogger = Logger(label: "parasol.mirror")

    /// Follows the ledger as it tells of new checkpoints. What a quorum only vouched for at the beginning is executed beside that, once its
    /// leaves are there. Where following fails, the next round of housekeeping tries again, and says why.
    private static func follow(_ checkpoints: any CheckpointFollowing, with mirror: LedgerMirror) async {
        guard let news = try? await checkpoints.finalCheckpoints() else { return }
        await withTaskGroup(of: Void.self) { group in
            var executesHistory = false
            for await checkpoint in news {
                if checkpoint.size > (await mirror.finalSize) { _ = try? await mirror.catchUp() }
                guard !executesHistory, let size = await mirror.unexecutedSize, await mirror.finalSize >= size else {
                    continue
                }
                executesHistory = true
                group.addTask { await executeHistory(of: mirror, size) }
            }
            group.cancelAll()
        }
    }

    private static func executeHistory(of mirror: LedgerMirror, _ size: UInt64) async {
        do throws(MirrorError) {
            try await mirror.verifyHistory()
            mirrorLogger.notice(
                "the mirror has executed all leaves that its snapshot was of", metadata: ["leaves": "\(size)"])
        } catch .cancelled {
        } catch {
            mirrorLogger.error("the mirror's history does not hold", metadata: ["reason": "\(error)"])
        }
    }

    /// What witnesses say of the state, those that answer.
    private static func stateNotes(of witnesses: [any StateVouching]) async -> [[UInt8]] {
        await withTaskGroup(of: [UInt8]?.self) { group in
            for witness in witnesses { group.addTask { try? await witness.stateNote() } }
            return await group.reduce(into: []) { notes, note in if let note { notes.append(note) } }
        }
    }

    /// So that nobody who reads a trail waits for all leaves.
    private static func keep(_ trails: TrailIndex) async -> String? {
        do throws(LedgerError) { try await trails.catchUp() } catch { return "\(error)" }
        return nil
    }

    package static func witness(_ witness: WitnessNode, named name: String = NodeRole.witness.rawValue) -> HostedRole {
        HostedRole(
            .witness, name, WitnessRoutes.routes(witness, prefix: ""), figures: { await witness.watchedFigures },
            close: { await witness.close() })
    }

    /// A full copy that answers as the ledger does, and passes on what is submitted.
    ///
    /// - Parameters:
    ///   - tiles: The folder with the mirror's tiles.
    ///   - trails: Closed with the mirror.
    ///   - checkpoints: Tells of what the ledger has new; whatever it does not tell, a round of housekeeping finds.
    ///   - witnesses: Are asked to vouch for the mirror's snapshots.
    package static func mirror(
        _ mirror: LedgerMirror, named name: String = NodeRole.mirror.rawValue, origin: String, tiles: LogFolder,
        trails: TrailIndex, following checkpoints: any CheckpointFollowing, witnesses: [any StateVouching] = [],
        readers: LedgerReaders
    ) -> HostedRole {
        let routes =
            reading(mirror, origin: origin, trails: trails, readers: readers)
            + SnapshotRoutes.routes(mirror, origin: origin, access: readers.access.read)
        return HostedRole(
            .mirror, name, routes,
            housekeeping: {
                do { try await keep(mirror, vouchedForBy: witnesses) } catch { return "\(error)" }
                return await keep(trails)
            },
            following: { await follow(checkpoints, with: mirror) },
            unready: { await mirror.reasonForNotServing.map { "\(name): \($0)" } },
            figures: { await mirror.watchedFigures },
            close: {
                await trails.close()
                await mirror.close()
            }
        ).adding(tiles, origin: origin, readers: readers)
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

    /// With the tiles of a log, whose routes have the prefix already.
    private func adding(_ tiles: LogFolder, origin: String, readers: LedgerReaders) -> HostedRole {
        let more = TileRoutes.routes(
            tiles, prefix: prefix + LedgerPaths(origin: origin).tiles, access: readers.access.read)
        return HostedRole(self, routes: routes + more.map { $0.of(role: String(prefix.dropFirst())) })
    }

    private init(_ other: HostedRole, routes: [Route]) {
        role = other.role
        prefix = other.prefix
        self.routes = routes
        housekeeping = other.housekeeping
        following = other.following
        unready = other.unready
        figures = other.figures
        close = other.close
    }
}
