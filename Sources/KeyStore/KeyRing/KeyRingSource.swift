import Crypto
import Foundation
import JOSE
import X509

/// Where a key ring is loaded from, and how what it lacks is made.
struct KeyRingSource: Sendable {
    let records: any SealedKeyRecords
    let encryptionKey: KeyEncryptionKey
    let issuer: IssuerIdentity

    func load(at instant: Date) async throws -> OpenedKeys {
        try OpenedKeys(await records.all(), sealedBy: encryptionKey, at: instant)
    }

    /// The stored keys, after making whatever is missing.
    ///
    /// Any number of processes may do this at once: the store takes one record per purpose and generation, and whoever
    /// comes second loads the first one's.
    func complete(at instant: Date, rotation: Rotation? = nil) async throws -> OpenedKeys {
        // One round for each key of a first start, and as many lost races again.
        for _ in 0..<(2 * KeyPurpose.allCases.count) {
            let keys = try await load(at: instant)
            guard let missing = try keys.firstMissing(for: issuer, at: instant, rotation: rotation) else {
                return keys
            }
            _ = try await records.insertIfAbsent(try record(of: missing, beside: keys, at: instant))
        }
        throw KeyRingFault.recordsLost
    }

    private func record(of missing: MissingKey, beside keys: OpenedKeys, at instant: Date) throws -> SealedKeyRecord {
        switch missing {
        case .symmetric(let purpose):
            let generation = keys.highestGeneration(purpose) + 1
            return sealed(
                secureRandomBytes(SealingKey.byteCount), purpose, generation,
                keyID: "\(purpose.rawValue)-\(generation)",
                algorithm: purpose == .dataEncryption ? "A256GCM" : "HS256", at: instant)
        case .developmentAuthority:
            let key = P256.Signing.PrivateKey()
            let authority = try DevelopmentAuthority.make(
                key: key, organizationName: issuer.organizationName, at: instant)
            return sealed(
                PrivateKey.p256(key), .developmentCA, keys.highestGeneration(.developmentCA) + 1,
                certificate: authority.rootDER, at: instant, activeFrom: instant)
        case .signing(let activeFrom):
            let key = PrivateKey.generateP256()
            let certificate = try keys.authorities[0].certify(key.publicKey, of: issuer, at: instant)
            return sealed(
                key, .credentialSigning, keys.highestGeneration(.credentialSigning) + 1,
                certificate: try certificate.der, at: instant, activeFrom: activeFrom)
        case .plainSigning(let purpose, let algorithm, let activeFrom):
            let key = PrivateKey.generate(algorithm)
            return sealed(
                key.rawRepresentation, purpose, keys.highestGeneration(purpose) + 1, keyID: key.publicKey.keyID,
                algorithm: algorithm.rawValue, at: instant, activeFrom: activeFrom)
        }
    }

    private func sealed(
        _ key: PrivateKey, _ purpose: KeyPurpose, _ generation: Int, certificate: [UInt8], at instant: Date,
        activeFrom: Date
    ) -> SealedKeyRecord {
        sealed(
            key.rawRepresentation, purpose, generation, keyID: key.publicKey.keyID,
            algorithm: key.algorithm.rawValue, certificateChain: [certificate], at: instant, activeFrom: activeFrom)
    }

    private func sealed(
        _ secret: [UInt8], _ purpose: KeyPurpose, _ generation: Int, keyID: String, algorithm: String,
        certificateChain: [[UInt8]] = [], at instant: Date, activeFrom: Date? = nil
    ) -> SealedKeyRecord {
        let label = SealedKeyRecord.label(
            purpose: purpose, generation: generation, keyID: keyID, algorithm: algorithm)
        return SealedKeyRecord(
            purpose: purpose, generation: generation, keyID: keyID, algorithm: algorithm,
            sealedPrivate: encryptionKey.seal(secret, label: label), certificateChain: certificateChain,
            createdAt: instant.secondsSince1970, activeFrom: (activeFrom ?? instant).secondsSince1970, retiredAt: nil)
    }
}
