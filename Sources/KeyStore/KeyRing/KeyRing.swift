package import CredentialFormats
package import Crypto
package import Foundation

/// The issuer's keys as they were at one moment, decoded once. Read-only: a change makes another ring.
///
/// Other processes see a change when they ``reload(now:)``, so they must do that more often than a rotation's delay.
package struct KeyRing: Sendable {
    package let issuer: IssuerIdentity
    /// The published keys in the order of generations: those that sign, those that will, and those that did.
    package let signingKeys: [SigningKey]
    /// Recognises codes, tokens and nonces.
    package let ticketKey: SymmetricKey
    /// Stands for short codes in the database.
    package let codeKey: SymmetricKey
    /// The newest key for personal data at rest.
    package let dataKey: SymmetricKey
    /// Seals with ``dataKey``, opens with that and older ones.
    package let dataSealer: DataSealer
    /// The root that new signing keys are certified by.
    package let developmentRoot: DevelopmentRoot
    /// Keys that sign without a certificate, by purpose, in the order of generations.
    package let plainKeys: [KeyPurpose: [PlainSigningKey]]
    /// Every root that a certificate may have been made by, newest first.
    package let developmentRoots: [DevelopmentRoot]

    private let source: KeyRingSource
    /// The keys whose certificates name this issuer, in the order of generations.
    private let ownKeys: [(key: SigningKey, issuerKey: IssuerKey)]

    /// Opens the stored keys and makes those that are missing.
    ///
    /// Besides the first start, a signing key is missing if no active one has a valid certificate for this issuer (it
    /// expired, or the issuer has moved to another URL), and if the development certificate of the newest one ends
    /// within 30 days; the new key then waits for a day before it signs.
    ///
    /// - Throws: ``KeyRingFault``, and what `records` throws.
    package static func open(
        records: any SealedKeyRecords, sealedBy encryptionKey: KeyEncryptionKey, issuer: IssuerIdentity, now: Date
    ) async throws -> KeyRing {
        let source = KeyRingSource(records: records, encryptionKey: encryptionKey, issuer: issuer)
        return try await KeyRing(source.complete(at: now), from: source)
    }

    /// The keys as they are stored now; otherwise the same as opening.
    package func reload(now: Date) async throws -> KeyRing {
        try await KeyRing(source.complete(at: now), from: source)
    }

    /// Makes the next signing key. It is published at once and signs from `activationDelay` after `now`, so that other
    /// processes and verifiers' caches know it by then. Older keys stay published.
    ///
    /// Rotations that meet make one key between them. If nothing can sign now, the new key does at once.
    package func rotate(now: Date, activationDelay: Duration) async throws -> KeyRing {
        let stored = try await source.load(at: now)
        let rotation = Rotation(
            generation: stored.highestGeneration(.credentialSigning) + 1,
            activeFrom: now.advanced(by: activationDelay))
        return try await KeyRing(source.complete(at: now, rotation: rotation), from: source)
    }

    /// Makes the next key of a purpose that needs no certificate, as ``rotate(now:activationDelay:)`` does.
    package func rotate(_ purpose: KeyPurpose, now: Date, activationDelay: Duration) async throws -> KeyRing {
        let stored = try await source.load(at: now)
        let rotation = Rotation(
            purpose: purpose, generation: stored.highestGeneration(purpose) + 1,
            activeFrom: now.advanced(by: activationDelay))
        return try await KeyRing(source.complete(at: now, rotation: rotation), from: source)
    }

    /// The newest key of a purpose that signs at `instant`.
    ///
    /// - Throws: `KeyRingFault.noUsableSigningKey`.
    package func plainKey(_ purpose: KeyPurpose, at instant: Date) throws(KeyRingFault) -> PlainSigningKey {
        guard let key = plainKeys[purpose]?.last(where: { $0.maySign(at: instant) }) else {
            throw .noUsableSigningKey(at: instant)
        }
        return key
    }

    /// Withdraws a signing key at `instant`: what it signed no longer verifies with the published keys.
    package func retire(generation: Int, at instant: Date, now: Date) async throws -> KeyRing {
        try await source.records.retire(
            purpose: .credentialSigning, generation: generation, at: instant.secondsSince1970)
        return try await reload(now: now)
    }

    /// The key to sign with: the newest that is active and has a valid certificate for this issuer.
    package func currentSigningKey(at instant: Date) throws(KeyRingFault) -> SigningKey {
        try usable(at: instant).key
    }

    /// The current signing key with the issuer's names, as the credential formats take it.
    package func issuerKey(at instant: Date) throws(KeyRingFault) -> IssuerKey {
        try usable(at: instant).issuerKey
    }

    /// When the certificate of the current signing key ends.
    package func signingCertificateExpires(at instant: Date) throws(KeyRingFault) -> Date {
        try currentSigningKey(at: instant).certificateExpires
    }

    private func usable(at instant: Date) throws(KeyRingFault) -> (key: SigningKey, issuerKey: IssuerKey) {
        guard let usable = ownKeys.last(where: { $0.key.maySign(at: instant) }) else {
            throw .noUsableSigningKey(at: instant)
        }
        return usable
    }

    private init(_ keys: OpenedKeys, from source: KeyRingSource) throws(KeyRingFault) {
        guard let ticket = keys.newestSymmetric(.ticketAuthentication),
            let code = keys.newestSymmetric(.codeAuthentication),
            let data = keys.newestSymmetric(.dataEncryption),
            let sealer = DataSealer(keys: (keys.symmetric[.dataEncryption] ?? [:]).compactMapValues(SealingKey.init)),
            let authority = keys.authorities.first
        else { throw .recordsLost }
        self.source = source
        issuer = source.issuer
        signingKeys = keys.signing
        plainKeys = keys.plain
        let named = keys.signing.filter { $0.certificate.names(source.issuer) }
        ownKeys = named.map { ($0, $0.issuerKey(of: source.issuer)) }
        ticketKey = SymmetricKey(data: ticket)
        codeKey = SymmetricKey(data: code)
        dataKey = SymmetricKey(data: data)
        dataSealer = sealer
        developmentRoot = DevelopmentRoot(certificate: authority.rootDER)
        developmentRoots = keys.authorities.map { DevelopmentRoot(certificate: $0.rootDER) }
    }
}

extension KeyRing: CustomStringConvertible, CustomReflectable {
    package var description: String { "KeyRing(\(signingKeys.map(\.keyID).joined(separator: ", ")))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
