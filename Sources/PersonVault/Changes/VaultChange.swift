import Foundation
import OAuth
import WireFormats

/// A change of a vault, signed by its owner's signing key, so that whoever has stolen a session cannot make it: JWT
/// `typ: vault-change+jwt` with `iss` (the key's `kid`), `aud` (this server), `iat`, `version` of the vault that it
/// changes, `action`, and what the action needs. As the version counts up, it is good once.
enum VaultChange {
    case addWay(VaultWay)
    case removeWay(VaultWayID)
    case rotate(Vault.Generation, [Vault.PrivateKeyEntry])

    static let type = "vault-change+jwt"
    static let maximumBytes = 16 << 10
    private static let common = ["iss", "aud", "iat", "version", "action"]

    /// - Parameter vault: what it must be about.
    static func read(
        _ compact: String, about stored: StoredVault, issuer: String, at instant: Date
    ) throws(VaultRefusal) -> VaultChange {
        let keys = stored.vault.current.keys
        let claims: JSONObject
        do throws(JWTFault) {
            claims = try SignedByPerson.payload(
                of: compact, type: type, by: keys, maximumBytes: maximumBytes, at: instant)
            guard claims["iss"] == .string(keys.signingID) else { throw .wrongIssuer }
            guard claims["aud"] == .string(issuer) else { throw .wrongAudience }
        } catch {
            throw .change(error)
        }
        let message = VaultMessage(claims)
        guard try message.integer("version", 0...Int64.max) == stored.version else { throw .stale }
        switch try message.text("action", 1...16) {
        case "add_way":
            try message.refuseOthers(than: common + ["way"])
            return .addWay(try VaultWay(message.message("way"), addedAt: instant))
        case "remove_way":
            try message.refuseOthers(than: common + ["way"])
            guard let id = VaultWayID(bytes: try message.bytes("way", 16...16)) else { throw .unknownWay }
            return .removeWay(id)
        case "rotate":
            try message.refuseOthers(than: common + ["enc", "sig", "statement", "private_keys"])
            let (generation, privateKeys) = try NewKeys.read(message, following: keys, at: instant)
            return .rotate(generation, privateKeys)
        default: throw .malformed("action", "it is not known")
        }
    }
}

/// Keys that come into a vault, with the statement about them and their wrapped private halves.
enum NewKeys {
    private static let statementLengths = 1...4096
    /// PKCS#8 of P-256 has 138 bytes, with the nonce and the tag 166; some writers add the curve.
    private static let wrappedLengths = 64...512

    static func read(
        _ message: VaultMessage, following previous: PersonKeys?, at instant: Date
    ) throws(VaultRefusal) -> (Vault.Generation, [Vault.PrivateKeyEntry]) {
        let keys = try PersonKeys(encryption: message.member("enc"), signing: message.member("sig"))
        let statement = try message.text("statement", statementLengths)
        try KeyStatement.check(statement, of: keys, following: previous, at: instant)
        let wrapped = try message.message("private_keys")
        try wrapped.refuseOthers(than: ["enc", "sig"])
        return (
            Vault.Generation(keys: keys, statement: statement, madeAt: instant),
            [
                .init(keyID: keys.encryptionID, wrapped: try wrapped.bytes("enc", wrappedLengths)),
                .init(keyID: keys.signingID, wrapped: try wrapped.bytes("sig", wrappedLengths)),
            ]
        )
    }
}
