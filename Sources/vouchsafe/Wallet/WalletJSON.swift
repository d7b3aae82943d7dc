import Foundation
import JOSE
import WalletClient
import WireFormats

/// What the wallet's commands print with `--json`: stable, members are only ever added.
enum WalletJSON {
    /// One entry of `wallet list`.
    static func summary(_ stored: StoredCredential) -> JSONObject {
        var object: JSONObject = [
            "id": .string(stored.id), "name": .string(stored.name), "format": .string(stored.format),
            "types": .array(stored.types.map(JSON.string)), "issuer": .string(stored.issuer),
            "credential_configuration_id": .string(stored.configurationID), "stored_at": time(stored.storedAt),
            "renewable": .bool(stored.renewal != nil),
        ]
        object["issuer_name"] = stored.issuerName.map(JSON.string)
        object["issued_at"] = stored.issuedAt.map(time)
        object["expires_at"] = stored.expiresAt.map(time)
        return object
    }

    /// `wallet show`: the credential as issued beside its decoded claims. The private key stays in the wallet.
    static func whole(_ stored: StoredCredential) -> JSONObject {
        var object = summary(stored)
        object["holder_key"] = (stored.key?.publicKey.jwk).map(JSON.object)
        object["credential"] = .string(stored.credential)
        object["claims"] = .object(stored.claims)
        return object
    }

    /// `wallet accept`, `wallet request` and `wallet renew`.
    static func outcome(stored: [StoredCredential], refused: [RefusedCredential]) -> JSON {
        [
            "credentials": .array(stored.map { .object(whole($0)) }),
            "refused": .array(
                refused.map {
                    [
                        "credential_configuration_id": .string($0.offered.configurationID),
                        "reason": .string($0.refusal.sentence),
                    ]
                }),
        ]
    }

    private static func time(_ date: Date) -> JSON { .string(date.formatted(.iso8601)) }
}
