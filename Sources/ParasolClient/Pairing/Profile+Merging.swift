import SharingContracts

extension Profile {
    /// What came with another device's profile.
    package struct Merged: Hashable, Sendable {
        package var newFolders = 0
        /// Folders whose keys this device still had, and which the other has seen erased.
        package var erasedFolders = 0
        package var newRecords = 0
    }

    /// Takes over what another device of the same person has and this one has not: folders, erasures, and names of records.
    ///
    /// Where both have something, this device's name for it stays. What the other has under way, transactions and deliveries, it
    /// goes on with itself. The trust stays: it was checked here.
    ///
    /// - Throws: ``PairingError/otherKind(asked:offered:)``, ``PairingError/otherIdentity``, ``PairingError/otherLedger``, and
    ///   ``PairingError/profile(_:)`` where both together are more than a profile holds; then nothing is changed.
    package mutating func merge(_ other: Profile) throws(PairingError) -> Merged {
        try demandSamePerson(other)
        var (changed, merged) = (self, Merged())
        for folder in other.folders {
            guard let index = changed.folders.firstIndex(where: { $0.id == folder.id }) else {
                changed.folders.append(folder)
                merged.newFolders += 1
                continue
            }
            if case .erased(let time) = folder.state, !changed.folders[index].isErased {
                changed.folders[index].erase(at: time)
                merged.erasedFolders += 1
            }
        }
        for record in other.records where changed.record(record.id) == nil {
            changed.records.append(record)
            merged.newRecords += 1
        }
        do throws(ProfileError) { try changed.validate() } catch { throw .profile(error) }
        self = changed
        return merged
    }

    /// A patient is known by folders only: two patients' profiles that both have some must have one in common.
    private func demandSamePerson(_ other: Profile) throws(PairingError) {
        guard kind == other.kind else { throw .otherKind(asked: kind, offered: other.kind) }
        guard signer == other.signer, signingKey == other.signingKey, receivingKey == other.receivingKey else {
            throw .otherIdentity
        }
        let (own, theirs) = (Set(folders.map(\.id)), Set(other.folders.map(\.id)))
        guard own.isEmpty || theirs.isEmpty || !own.isDisjoint(with: theirs) else { throw .otherIdentity }
        if let known = trust, let offered = other.trust {
            guard known.logKey.utf8.elementsEqual(offered.logKey.utf8),
                known.witnessPolicy.utf8.elementsEqual(offered.witnessPolicy.utf8)
            else { throw .otherLedger }
        }
    }
}
