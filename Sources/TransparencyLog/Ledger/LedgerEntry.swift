import WireFormats

/// What one leaf of the ledger says: that somebody had certain bytes, of which it shows a commitment alone.
///
/// Its bytes are one compact JSON object with these members in this order and in one way of writing only: `v`, `type`,
/// `by`, `commitment`, `signature`.
package struct LedgerEntry: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case digest, definition, key, approval, withdrawal, erasure, organization
    }

    package let kind: Kind
    /// The organization's identifier, or ``hub``.
    package let by: String
    package let commitment: SaltedCommitment
    /// By the organization, over what its kind of entry says.
    package let signature: [UInt8]?

    package static let hub = "hub"
    package static let version: Int64 = 1
    package static let maximumBytes = 1024
    private static let maximumName = 128

    /// - Throws: ``LedgerEntryMalformation`` for an organization that may not be named so, or a signature that is too
    ///   long or empty.
    package init(
        _ kind: Kind, by: String, commitment: SaltedCommitment, signature: [UInt8]? = nil
    ) throws(LedgerEntryMalformation) {
        guard (1...Self.maximumName).contains(by.utf8.count), by.utf8.allSatisfy(Self.isNameCharacter) else {
            throw .by
        }
        if let signature, signature.isEmpty { throw .signature }
        (self.kind, self.by, self.commitment, self.signature) = (kind, by, commitment, signature)
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
    }

    /// - Throws: ``LedgerEntryMalformation``.
    package init(parsing bytes: [UInt8]) throws(LedgerEntryMalformation) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLong }
        guard let object = (try? JSON(parsing: bytes, limits: JSONLimits(depth: 1, values: 8)))?.object else {
            throw .notObject
        }
        guard object["v"]?.integer == Self.version else { throw .version }
        guard let kind = object["type"]?.string.flatMap(Kind.init) else { throw .type }
        guard let by = object["by"]?.string else { throw .by }
        guard let text = object["commitment"]?.string,
            let hash = (try? Base64URL.decode(text)).flatMap({ TreeHash($0) })
        else { throw .commitment }
        var signature: [UInt8]?
        if let value = object["signature"] {
            guard let decoded = value.string.flatMap({ try? Base64URL.decode($0) }) else { throw .signature }
            signature = decoded
        }
        try self.init(kind, by: by, commitment: SaltedCommitment(hash), signature: signature)
        // Whatever else could be in it, or in another order, or written in another way.
        guard self.bytes == bytes else { throw .notCanonical }
    }

    package var bytes: [UInt8] {
        var object: JSONObject = [
            "v": .integer(Self.version), "type": .string(kind.rawValue), "by": .string(by),
            "commitment": .string(commitment.text),
        ]
        if let signature { object["signature"] = .string(Base64URL.encode(signature)) }
        return JSON.object(object).encoded()
    }

    private static func isNameCharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._:-".utf8.contains(character)
        }
    }
}

/// Why bytes are no entry, by the member that is wrong.
package enum LedgerEntryMalformation: String, Error {
    case tooLong = "longer than 1024 bytes"
    case notObject = "not a JSON object"
    case version = "v is not 1"
    case type = "type is none of those known"
    case by = "by is not the name of an organization"
    case commitment = "commitment is not the base64url of 32 bytes"
    case signature = "signature is not base64url"
    case notCanonical = "members are missing, unknown, repeated, in another order or written in another way"
}
