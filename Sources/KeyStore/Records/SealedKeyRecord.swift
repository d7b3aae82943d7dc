import JOSE

/// What a key is for. A key serves one purpose only.
package enum KeyPurpose: String, Sendable, CaseIterable {
    /// Signs credentials.
    case credentialSigning = "credential-signing"
    /// Signs the certificates of signing keys.
    case developmentCA = "development-ca"
    /// 32 bytes of HMAC key: recognises codes, tokens and nonces as our own.
    case ticketAuthentication = "ticket-authentication"
    /// 32 bytes of HMAC key: stands for short codes in the database.
    case codeAuthentication = "code-authentication"
    /// 32 bytes of AES key: personal data at rest.
    case dataEncryption = "data-encryption"
    /// Signs ID tokens, access tokens and receipts with ES256.
    case tokenSigning = "token-signing"
    /// The same with RS256, for clients that understand nothing else.
    case tokenSigningRSA = "token-signing-rsa"
    /// Authenticates the portal at its provider.
    case portalClient = "portal-client"
    /// Signs the checkpoints of the ledger. It is never replaced: who verifies knows the ledger by it.
    case ledgerSigning = "ledger-signing"

    /// Purposes whose keys sign without a certificate, with the algorithm of new ones.
    static let plainSigning: [(purpose: KeyPurpose, algorithm: SignatureAlgorithm)] = [
        (.tokenSigning, .es256), (.tokenSigningRSA, .rs256), (.portalClient, .es256),
        (.ledgerSigning, .edDSA),
    ]
}

/// A key as it is stored: the private part sealed with the key-encryption key.
package struct SealedKeyRecord: Sendable, Equatable {
    package let purpose: KeyPurpose
    /// From 1; the next key for the same purpose has the next number.
    package let generation: Int
    /// The JWK thumbprint (RFC 7638) of a signing key; otherwise purpose and generation.
    package let keyID: String
    /// A JOSE name: ES256, HS256, A256GCM.
    package let algorithm: String
    package let sealedPrivate: [UInt8]
    /// DER, the key's own certificate first, without the root; of a development CA the root alone. Empty for symmetric
    /// keys.
    package let certificateChain: [[UInt8]]
    /// Seconds since 1970.
    package let createdAt: Int64
    /// Seconds since 1970. The key is published before that, and signs from then on.
    package let activeFrom: Int64
    /// Seconds since 1970. From then on the key neither signs nor is published; nil while it is in service.
    package let retiredAt: Int64?

    package init(
        purpose: KeyPurpose, generation: Int, keyID: String, algorithm: String, sealedPrivate: [UInt8],
        certificateChain: [[UInt8]], createdAt: Int64, activeFrom: Int64, retiredAt: Int64?
    ) {
        self.purpose = purpose
        self.generation = generation
        self.keyID = keyID
        self.algorithm = algorithm
        self.sealedPrivate = sealedPrivate
        self.certificateChain = certificateChain
        self.createdAt = createdAt
        self.activeFrom = activeFrom
        self.retiredAt = retiredAt
    }
}

extension SealedKeyRecord {
    /// What the private part is sealed under: a record cannot take the place of another.
    static func label(purpose: KeyPurpose, generation: Int, keyID: String, algorithm: String) -> String {
        "vouchsafe key\n\(purpose.rawValue)\n\(generation)\n\(algorithm)\n\(keyID)"
    }

    var label: String {
        Self.label(purpose: purpose, generation: generation, keyID: keyID, algorithm: algorithm)
    }
}

/// Where sealed keys are kept.
package protocol SealedKeyRecords: Sendable {
    /// Every record, in any order.
    func all() async throws -> [SealedKeyRecord]

    /// Adds a record, durable when this returns; false if its purpose and generation are taken.
    func insertIfAbsent(_ record: SealedKeyRecord) async throws -> Bool

    /// Sets when a key retires. Of several times the earliest stays.
    func retire(purpose: KeyPurpose, generation: Int, at instant: Int64) async throws
}

/// A record, and its key sealed with another key-encryption key.
package struct ResealedKey: Sendable {
    package let record: SealedKeyRecord
    package let sealedPrivate: [UInt8]

    package init(record: SealedKeyRecord, sealedPrivate: [UInt8]) {
        self.record = record
        self.sealedPrivate = sealedPrivate
    }
}

/// Where sealed keys are kept that may be sealed anew.
package protocol ResealableKeyRecords: SealedKeyRecords {
    /// Replaces what is sealed in every record or in none, durable when this returns; false if the records are others
    /// by now.
    func replaceAll(_ keys: [ResealedKey]) async throws -> Bool
}
