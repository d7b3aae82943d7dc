package import Foundation
package import JOSE
package import WireFormats

/// A key that signs without a certificate: whoever verifies finds it in a key set.
package struct PlainSigningKey: Sendable {
    package let generation: Int
    /// The JWK thumbprint, RFC 7638, in base64url.
    package let keyID: String
    package let privateKey: PrivateKey
    /// The key is published before that, and signs from then on.
    package let activeFrom: Date
    /// From then on it neither signs nor is published; nil while it is in service.
    package let retiredAt: Date?

    func isPublished(at instant: Date) -> Bool { retiredAt.map { instant < $0 } ?? true }

    func maySign(at instant: Date) -> Bool { activeFrom <= instant && isPublished(at: instant) }

    /// As it stands in a published key set.
    package var jwk: JSONObject {
        var jwk = privateKey.publicKey.jwk
        jwk["kid"] = .string(keyID)
        jwk["use"] = "sig"
        jwk["alg"] = .string(privateKey.algorithm.rawValue)
        return jwk
    }
}

extension PlainSigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "PlainSigningKey(generation: \(generation), keyID: \(keyID))" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
