package import Foundation
import JOSE
import OAuth
package import WireFormats

/// An authorization request whose answer has not come yet: what the wallet keeps while the browser is at the login.
///
/// It is spent by one ``AuthorizationCodeIssuance/finish(_:redirectedTo:)``, whatever comes of it. Its JSON has secrets.
package struct PendingAuthorization: Sendable {
    /// What the browser is to open.
    package let url: String
    /// Where the answer arrives, to the byte.
    package let redirectURI: String
    /// The credential issuer identifier.
    package let issuer: String
    package let clientID: String
    /// Until when an answer is waited for.
    package let expiresAt: Date

    let server: TokenServer
    let wish: CredentialWish
    let state: String
    let nonce: String
    let verifier: CodeVerifier
    /// What the token is to be bound to; nil if the server binds none.
    let key: PrivateKey?

    /// Where the login is.
    package var authorizationServer: String { server.issuer }
    package var configurationIDs: [String] { wish.configurationIDs }
}

/// Without its secrets, wherever it is printed.
extension PendingAuthorization: CustomStringConvertible {
    package var description: String { "pending authorization at \(authorizationServer) for \(issuer)" }
}

/// How an authorization request says which credentials are wanted, OpenID4VCI 1.0 §5.1.
package enum RequestStyle: Sendable {
    case authorizationDetails
    /// Only if each configuration has a scope; authorization details otherwise.
    case scope
}

/// What was asked for.
struct CredentialWish: Sendable, Equatable {
    /// Never empty.
    let configurationIDs: [String]
    /// That of each configuration, in the same order; nil if authorization details asked.
    let scopes: [String]?
}

extension PendingAuthorization {
    private static let version: JSON = 1

    /// For whoever keeps it. Anybody who reads it can finish in the wallet's place.
    package var json: JSON {
        var object: JSONObject = [
            "version": Self.version, "url": .string(url), "redirect_uri": .string(redirectURI),
            "issuer": .string(issuer), "configuration_ids": .array(wish.configurationIDs.map(JSON.string)),
            "client_id": .string(clientID), "expires_at": .integer(Int64(expiresAt.timeIntervalSince1970)),
            "server": server.record, "state": .string(state), "nonce": .string(nonce),
            "code_verifier": .string(verifier.text),
        ]
        object["scopes"] = wish.scopes.map { .array($0.map(JSON.string)) }
        object["key"] = key?.record
        return .object(object)
    }

    /// Nil if `json` is not what ``json`` gave.
    package init?(json: JSON) {
        guard json["version"] == Self.version, let url = json["url"]?.string,
            let redirectURI = json["redirect_uri"]?.string, let issuer = json["issuer"]?.string,
            let wish = CredentialWish(record: json), let clientID = json["client_id"]?.string,
            let expiresAt = json["expires_at"]?.integer, let server = json["server"].flatMap(TokenServer.init(record:)),
            let state = json["state"]?.string, let nonce = json["nonce"]?.string,
            let verifier = json["code_verifier"]?.string.flatMap({ try? CodeVerifier($0) })
        else { return nil }
        let key = json["key"].map(PrivateKey.init(record:))
        // A key that cannot be read is not the same as none: the token would not be bound.
        if case .some(.none) = key { return nil }
        self.url = url
        self.redirectURI = redirectURI
        self.issuer = issuer
        self.clientID = clientID
        self.expiresAt = Date(timeIntervalSince1970: Double(expiresAt))
        self.server = server
        self.wish = wish
        self.state = state
        self.nonce = nonce
        self.verifier = verifier
        self.key = key ?? nil
    }
}

extension CredentialWish {
    fileprivate init?(record: JSON) {
        guard let ids = record["configuration_ids"]?.array?.compactMap(\.string), !ids.isEmpty else { return nil }
        configurationIDs = ids
        scopes = record["scopes"]?.array?.compactMap(\.string)
        guard scopes?.count ?? ids.count == ids.count else { return nil }
    }
}
