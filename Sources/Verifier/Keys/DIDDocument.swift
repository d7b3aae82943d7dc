import JOSE
import WireFormats

/// A DID document with the keys its subject makes assertions with, Controlled Identifiers 1.0 §2.2 and §2.3.
struct DIDDocument: Sendable {
    private let did: String
    private let methods: [JSONObject]
    private let assertionMethods: [JSON]

    /// Nil if `json` is no DID document.
    init?(_ json: JSON) {
        guard let did = json["id"]?.string else { return nil }
        self.did = did
        methods = json["verificationMethod"]?.array?.compactMap(\.object) ?? []
        assertionMethods = json["assertionMethod"]?.array ?? []
    }

    func isAbout(_ did: String) -> Bool { self.did.hasSameBytes(as: did) }

    /// The assertion key named by a DID URL.
    func assertionKey(_ keyID: String) throws(IssuerKeyRefusal) -> PublicKey {
        for entry in assertionMethods {
            let method: JSONObject?
            if let reference = entry.string {
                guard absolute(reference).hasSameBytes(as: keyID) else { continue }
                method = methods.first { isNamed(keyID, $0) }
            } else {
                method = entry.object.flatMap { isNamed(keyID, $0) ? $0 : nil }
            }
            guard let method else { continue }
            guard let jwk = method["publicKeyJwk"]?.object else { throw .jwk(.unsupportedKeyType) }
            do throws(JWKRefusal) {
                return try PublicKey(jwk: jwk)
            } catch {
                throw .jwk(error)
            }
        }
        throw .unknownKeyID
    }

    private func isNamed(_ keyID: String, _ method: JSONObject) -> Bool {
        method["id"]?.string.map { absolute($0).hasSameBytes(as: keyID) } ?? false
    }

    private func absolute(_ reference: String) -> String {
        reference.hasPrefix("#") ? did + reference : reference
    }
}
