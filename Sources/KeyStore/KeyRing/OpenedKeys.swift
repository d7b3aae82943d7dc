import Crypto
import Foundation
import JOSE
import SwiftASN1
import X509

/// Every stored key, decoded.
struct OpenedKeys: Sendable {
    /// In the order of generations, retired ones left out.
    private(set) var signing: [SigningKey] = []
    /// Newest first.
    private(set) var authorities: [DevelopmentAuthority] = []
    private(set) var symmetric: [KeyPurpose: [Int: [UInt8]]] = [:]
    /// In the order of generations, retired ones left out.
    private(set) var plain: [KeyPurpose: [PlainSigningKey]] = [:]
    private var highestGenerations: [KeyPurpose: Int] = [:]

    init(
        _ records: [SealedKeyRecord], sealedBy encryptionKey: KeyEncryptionKey, at instant: Date
    ) throws(KeyRingFault) {
        // Authorities come first: a signing key's certificate is held against them.
        let inOrder = records.sorted { $0.generation < $1.generation }
        for record in inOrder {
            highestGenerations[record.purpose] = record.generation
            switch record.purpose {
            case .developmentCA: try addAuthority(record, encryptionKey)
            case .ticketAuthentication, .codeAuthentication, .dataEncryption: try addSymmetric(record, encryptionKey)
            case .tokenSigning, .tokenSigningRSA, .portalClient, .ledgerSigning:
                try addPlain(record, encryptionKey, at: instant)
            case .credentialSigning: break
            }
        }
        for record in inOrder where record.purpose == .credentialSigning {
            let key = try signingKey(record, encryptionKey)
            if key.isPublished(at: instant) { signing.append(key) }
        }
    }

    func highestGeneration(_ purpose: KeyPurpose) -> Int {
        highestGenerations[purpose] ?? 0
    }

    /// The newest key of a purpose that has symmetric keys.
    func newestSymmetric(_ purpose: KeyPurpose) -> [UInt8]? {
        symmetric[purpose]?.max { $0.key < $1.key }?.value
    }

    private mutating func addAuthority(_ record: SealedKeyRecord, _ key: KeyEncryptionKey) throws(KeyRingFault) {
        guard case .p256(let privateKey) = try privateKey(record, key) else {
            throw .malformedKey(record.purpose, generation: record.generation)
        }
        guard let rootDER = record.certificateChain.first,
            let authority = try? DevelopmentAuthority(key: privateKey, rootDER: rootDER),
            authority.root.publicKey == Certificate.PublicKey(privateKey.publicKey)
        else { throw .certificateMismatch(record.purpose, generation: record.generation) }
        authorities.insert(authority, at: 0)
    }

    private mutating func addSymmetric(_ record: SealedKeyRecord, _ key: KeyEncryptionKey) throws(KeyRingFault) {
        let bytes = try key.open(record)
        guard bytes.count == SealingKey.byteCount else {
            throw .malformedKey(record.purpose, generation: record.generation)
        }
        symmetric[record.purpose, default: [:]][record.generation] = bytes
    }

    private mutating func addPlain(
        _ record: SealedKeyRecord, _ key: KeyEncryptionKey, at instant: Date
    ) throws(KeyRingFault) {
        let privateKey = try privateKey(record, key)
        let opened = PlainSigningKey(
            generation: record.generation, keyID: record.keyID, privateKey: privateKey,
            activeFrom: Date(secondsSince1970: record.activeFrom),
            retiredAt: record.retiredAt.map(Date.init(secondsSince1970:)))
        if opened.isPublished(at: instant) { plain[record.purpose, default: []].append(opened) }
    }

    private func signingKey(_ record: SealedKeyRecord, _ key: KeyEncryptionKey) throws(KeyRingFault) -> SigningKey {
        let privateKey = try privateKey(record, key)
        let publicKey = privateKey.publicKey
        guard let leaf = record.certificateChain.first, let certificate = try? Certificate(derEncoded: leaf),
            certificate.publicKey == publicKey.certificateKey
        else { throw .certificateMismatch(record.purpose, generation: record.generation) }
        return SigningKey(
            generation: record.generation,
            keyID: record.keyID,
            privateKey: privateKey,
            publicKey: publicKey,
            certificateChain: record.certificateChain,
            createdAt: Date(secondsSince1970: record.createdAt),
            activeFrom: Date(secondsSince1970: record.activeFrom),
            retiredAt: record.retiredAt.map(Date.init(secondsSince1970:)),
            certificateStarts: certificate.notValidBefore,
            certificateExpires: certificate.notValidAfter,
            certificate: certificate,
            isDevelopment: authorities.contains { $0.isIssuer(of: certificate) })
    }

    private func privateKey(_ record: SealedKeyRecord, _ key: KeyEncryptionKey) throws(KeyRingFault) -> PrivateKey {
        let bytes = try key.open(record)
        guard let algorithm = SignatureAlgorithm(rawValue: record.algorithm),
            let privateKey = try? PrivateKey(algorithm, rawRepresentation: bytes),
            privateKey.publicKey.keyID == record.keyID
        else { throw .malformedKey(record.purpose, generation: record.generation) }
        return privateKey
    }
}

extension KeyEncryptionKey {
    /// The secret of a stored key.
    func open(_ record: SealedKeyRecord) throws(KeyRingFault) -> [UInt8] {
        do throws(SealRefusal) {
            return try open(record.sealedPrivate, label: record.label)
        } catch {
            throw .sealedByAnotherKey(record.purpose, generation: record.generation)
        }
    }
}
