import JOSE
import WireFormats

/// A JWK Set, RFC 7517 §5, in which keys are found by their identifier only.
struct JWKSet: Sendable {
    private let keys: [JSONObject]

    /// Nil if `json` is no JWK Set.
    init?(_ json: JSON) {
        guard let keys = json["keys"]?.array?.compactMap(\.object) else { return nil }
        self.keys = keys
    }

    /// The key named by `keyID`, never another one.
    func key(_ keyID: String?, of issuer: String?) throws(IssuerKeyRefusal) -> PublicKey {
        guard let keyID else { throw .noKeyID }
        var names = [keyID]
        // W3C credentials name the key by DID URL; the set has what stands after the DID.
        if let issuer, issuer.hasPrefix("did:"), keyID.hasPrefix(issuer + "#") {
            names.append(String(keyID.dropFirst(issuer.count + 1)))
        }
        let named = keys.first { key in names.contains { key["kid"] == .string($0) } }
        guard let named else { throw .unknownKeyID }
        do throws(JWKRefusal) {
            return try PublicKey(jwk: named)
        } catch {
            throw .jwk(error)
        }
    }
}
