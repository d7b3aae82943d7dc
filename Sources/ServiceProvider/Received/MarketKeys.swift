import DataSharing
import JOSE
import OAuth
import TransparencyLog
import WireFormats

/// A market's keys as the hub publishes them, each with its place in the ledger.
struct MarketKeys {
    let keys: OrganizationKeys
    private let references: [(keyID: String, reference: LedgerReference)]

    /// - Parameter json: what `GET /sharing/organizations/{id}/keys` gives.
    init(_ json: JSON) throws(ReceivedScopeRefusal) {
        let entries = json["keys"]?.array ?? []
        var jwks: [JSON] = []
        var references: [(String, LedgerReference)] = []
        for entry in entries {
            guard var jwk = entry.object else { throw .marketKeys }
            if let reference = jwk["ledger"].flatMap({ LedgerReference($0) }), let keyID = jwk["kid"]?.string {
                references.append((keyID, reference))
            }
            jwk["ledger"] = nil
            jwks.append(.object(jwk))
        }
        do throws(PathProblems) {
            keys = try OrganizationKeys(json: ["keys": .array(jwks)], at: .root)
        } catch {
            throw .marketKeys
        }
        self.references = references.map { (keyID: $0.0, reference: $0.1) }
    }

    var verification: VerificationKeys {
        let keys = keys
        return VerificationKeys { keyID, algorithm in
            guard let key = keyID.flatMap({ keys.signatureKey($0) }), key.algorithm == algorithm else { return [] }
            return [key]
        }
    }

    /// The entry that shows that this key is the market's; nil if there is none.
    func reference(of keyID: String) -> LedgerReference? {
        references.first { $0.keyID.hasSameBytes(as: keyID) }?.reference
    }
}
