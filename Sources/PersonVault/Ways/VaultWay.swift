package import Foundation
import WireFormats

/// Names a way into a vault: 16 random bytes of the person's browser.
package struct VaultWayID: Sendable, Hashable {
    package let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    package init?(text: some StringProtocol) {
        guard text.utf8.count == 22, let bytes = try? Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    package var text: String { Base64URL.encode(bytes) }
}

/// A way into a vault: the vault key, wrapped by what only the person has.
package struct VaultWay: Sendable, Equatable {
    package let id: VaultWayID
    package let kind: Kind
    /// By which the person knows it again.
    package let name: String
    /// What the wrapping key is derived with: the input of a passkey's PRF, or a salt.
    package let salt: [UInt8]
    /// Nonce, ciphertext and tag of 32 bytes.
    package let wrappedKey: [UInt8]
    package let addedAt: Date

    package enum Kind: Sendable, Equatable {
        case passkey(credentialID: [UInt8])
        /// - Parameter check: SHA-256 of what the browser shows.
        case password(iterations: Int64, check: [UInt8])
        case recovery(check: [UInt8])

        package var name: String {
            switch self {
            case .passkey: "passkey"
            case .password: "password"
            case .recovery: "recovery"
            }
        }

        /// What an answer is compared with; nil where none is asked for, since nobody could guess the wrapping key.
        var check: [UInt8]? {
            switch self {
            case .passkey: nil
            case .password(_, let check), .recovery(let check): check
            }
        }
    }

    /// Rounds of PBKDF2: fewer would be guessed too fast, more would stop the browser.
    static let iterations: ClosedRange<Int64> = 600_000...10_000_000
    private static let wrappedLength = 12 + 32 + 16

    /// - Parameter addedAt: nil to read it from the message, which is then one that was stored.
    init(_ message: VaultMessage, addedAt: Date?) throws(VaultRefusal) {
        let known = addedAt == nil ? ["added_at"] : []
        guard let id = VaultWayID(bytes: try message.bytes("id", 16...16)) else { throw .unknownWay }
        self.id = id
        name = try message.text("name", 1...60)
        salt = try message.bytes("salt", 16...32)
        wrappedKey = try message.bytes("wrapped_key", Self.wrappedLength...Self.wrappedLength)
        let common = ["id", "kind", "name", "salt", "wrapped_key"] + known
        switch try message.text("kind", 1...16) {
        case "passkey":
            kind = .passkey(credentialID: try message.bytes("credential_id", 1...1023))
            try message.refuseOthers(than: common + ["credential_id"])
        case "password":
            kind = .password(
                iterations: try message.integer("iterations", Self.iterations),
                check: try message.bytes("verifier", 32...32))
            try message.refuseOthers(than: common + ["iterations", "verifier"])
        case "recovery":
            kind = .recovery(check: try message.bytes("verifier", 32...32))
            try message.refuseOthers(than: common + ["verifier"])
        default: throw .malformed("way.kind", "it is none of passkey, password and recovery")
        }
        if let addedAt {
            self.addedAt = addedAt
        } else {
            self.addedAt = Date(timeIntervalSince1970: Double(try message.integer("added_at", 0...253_402_300_799)))
        }
    }

    /// What anybody who is logged in as the person may see: enough to ask for the way, nothing to try it with.
    func shown(lastUsedAt: Date?) -> JSON {
        var shown = open
        shown["last_used_at"] = lastUsedAt.map { .integer($0.wholeSeconds) }
        return .object(shown)
    }

    private var open: JSONObject {
        var open: JSONObject = [
            "id": .string(id.text), "kind": .string(kind.name), "name": .string(name),
            "salt": .string(Base64URL.encode(salt)), "added_at": .integer(addedAt.wholeSeconds),
        ]
        switch kind {
        case .passkey(let id): open["credential_id"] = .string(Base64URL.encode(id))
        case .password(let iterations, _): open["iterations"] = .integer(iterations)
        case .recovery: break
        }
        return open
    }

    /// As it stands in a vault at rest.
    var stored: JSONObject {
        var stored = open
        stored["wrapped_key"] = .string(Base64URL.encode(wrappedKey))
        stored["verifier"] = kind.check.map { .string(Base64URL.encode($0)) }
        return stored
    }
}
