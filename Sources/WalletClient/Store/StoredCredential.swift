package import Foundation
package import JOSE
import Verifier
package import WireFormats

/// A credential in the wallet with what was verified when it was received.
package struct StoredCredential: Sendable {
    package let id: String
    package let storedAt: Date
    package let configurationID: String
    package let name: String
    package let format: String
    /// The `vct`, or the types of a W3C credential.
    package let types: [String]
    package let issuer: String
    package let issuerName: String?
    package let issuedAt: Date?
    package let expiresAt: Date?
    /// As it was issued.
    package let credential: String
    package let claims: JSONObject
    /// What to call the claims.
    package let labels: [ClaimLabel]
    /// The private key it is bound to; nil for a bearer credential.
    package let key: PrivateKey?
    /// What gets it again; nil if that takes its holder.
    package internal(set) var renewal: CredentialRenewal?
}

extension StoredCredential {
    init(id: String, _ received: ReceivedCredential, storedAt: Date) {
        self.id = id
        self.storedAt = storedAt
        configurationID = received.offered.configurationID
        name = received.offered.name
        format = received.offered.format
        types = received.content.types
        issuer = received.issuer
        issuerName = received.issuerName
        issuedAt = received.content.issuedAt
        expiresAt = received.content.expiresAt
        credential = String(decoding: received.credential, as: UTF8.self)
        claims = received.content.claims
        labels = received.offered.claims
        key = received.key
        renewal = received.renewal
    }

    /// What is sealed.
    var record: JSON {
        var record: JSONObject = [
            "stored_at": Self.time(storedAt), "configuration_id": .string(configurationID), "name": .string(name),
            "format": .string(format), "types": .array(types.map(JSON.string)), "issuer": .string(issuer),
            "credential": .string(credential), "claims": .object(claims),
            "labels": .array(labels.map { ["path": .array($0.path.map(JSON.string)), "text": .string($0.text)] }),
        ]
        record["issuer_name"] = issuerName.map(JSON.string)
        record["issued_at"] = issuedAt.map(Self.time)
        record["expires_at"] = expiresAt.map(Self.time)
        record["key"] = key?.record
        record["renewal"] = renewal?.record
        return .object(record)
    }

    /// Nil if `bytes` are no record of this wallet.
    init?(id: String, record bytes: [UInt8]) {
        let limits = JSONLimits(depth: 32, values: 100_000)
        guard let record = (try? JSON(parsing: bytes, limits: limits))?.object,
            let storedAt = record["stored_at"]?.number, let configurationID = record["configuration_id"]?.string,
            let name = record["name"]?.string, let format = record["format"]?.string,
            let types = record["types"]?.array?.compactMap(\.string), let issuer = record["issuer"]?.string,
            let credential = record["credential"]?.string, let claims = record["claims"]?.object
        else { return nil }
        self.id = id
        self.storedAt = Date(timeIntervalSince1970: storedAt)
        self.configurationID = configurationID
        self.name = name
        self.format = format
        self.types = types
        self.issuer = issuer
        issuerName = record["issuer_name"]?.string
        issuedAt = record["issued_at"]?.number.map(Date.init(timeIntervalSince1970:))
        expiresAt = record["expires_at"]?.number.map(Date.init(timeIntervalSince1970:))
        self.credential = credential
        self.claims = claims
        labels = (record["labels"]?.array ?? []).compactMap { label in
            guard let path = label["path"]?.array?.compactMap(\.string), let text = label["text"]?.string else {
                return nil
            }
            return ClaimLabel(path: path, text: text)
        }
        if let stored = record["key"] {
            guard let key = PrivateKey(record: stored) else { return nil }
            self.key = key
        } else {
            key = nil
        }
        if let stored = record["renewal"] {
            guard let renewal = CredentialRenewal(record: stored) else { return nil }
            self.renewal = renewal
        } else {
            renewal = nil
        }
    }

    private static func time(_ date: Date) -> JSON { .integer(Int64(date.timeIntervalSince1970)) }
}
