/// Seals the stored keys with another key-encryption key. The keys themselves stay as they are.
package struct KeyResealing: Sendable {
    let records: any ResealableKeyRecords

    package init(records: any ResealableKeyRecords) {
        self.records = records
    }

    /// How many keys are sealed with `new` now, and how many of them were not before.
    ///
    /// - Throws: ``KeyRingFault`` if a key opens with neither, or others change the records meanwhile; then everything is
    ///   as it was. Otherwise what `records` throws.
    package func reseal(
        from old: KeyEncryptionKey, to new: KeyEncryptionKey
    ) async throws -> (total: Int, resealed: Int) {
        let stored = try await records.all()
        let waiting = stored.count { (try? new.open($0)) == nil }
        guard waiting > 0 else { return (stored.count, 0) }
        let resealed = try stored.map { record throws(KeyRingFault) in
            let secret = if let open = try? new.open(record) { open } else { try old.open(record) }
            return ResealedKey(record: record, sealedPrivate: new.seal(secret, label: record.label))
        }
        guard try await records.replaceAll(resealed) else { throw KeyRingFault.recordsChanged }
        return (stored.count, waiting)
    }
}
