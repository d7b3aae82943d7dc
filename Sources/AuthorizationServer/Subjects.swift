package import Crypto
import Foundation
import OAuth
import WireFormats

/// How people are called towards others, OpenID Connect Core §8.
package struct SubjectNames: Sendable {
    private let key: SymmetricKey
    private let standard: AuthorizationPolicy.SubjectType

    /// - Parameter root: a key of the key ring; with another one everybody has another name.
    package init(root: SymmetricKey, standard: AuthorizationPolicy.SubjectType) {
        key = HKDF<SHA256>.deriveKey(inputKeyMaterial: root, info: Data("subject names".utf8), outputByteCount: 32)
        self.standard = standard
    }

    /// `sub` of a person towards a client.
    package func subject(_ person: String, for client: RegisteredClient) -> String {
        switch client.metadata.subjectType {
        case "public"?: name(person, in: "")
        case "pairwise"?: name(person, in: client.sector)
        default: subject(person, standard, sector: client.sector)
        }
    }

    /// `sub` of a person towards a service that takes tokens.
    func subject(_ person: String, for resource: AuthorizationPolicy.ProtectedResource) -> String {
        subject(person, resource.subjectType, sector: resource.identifier)
    }

    private func subject(_ person: String, _ type: AuthorizationPolicy.SubjectType, sector: String) -> String {
        switch type {
        case .pairwise: name(person, in: sector)
        case .public: name(person, in: "")
        case .registry: person
        }
    }

    private func name(_ person: String, in sector: String) -> String {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Array("\(sector.utf8.count)\n\(sector)".utf8))
        mac.update(data: Array(person.utf8))
        return Base64URL.encode(Array(mac.finalize().prefix(24)))
    }
}
