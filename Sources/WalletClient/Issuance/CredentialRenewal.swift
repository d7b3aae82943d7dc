import JOSE
import WireFormats

/// What gets a credential again without its holder: RFC 6749 §6, OpenID4VCI 1.0 §14.5.
package struct CredentialRenewal: Sendable, Equatable {
    /// The issuer identifier of the authorization server, which alone is ever shown the refresh token.
    package let authorizationServer: String
    package let clientID: String
    /// What the token response called the credential; nil if it is asked for by configuration.
    package let credentialIdentifier: String?

    let refreshToken: String
    /// The key that the refresh token is bound to; nil if it is not.
    let key: PrivateKey?

    package static func == (left: CredentialRenewal, right: CredentialRenewal) -> Bool {
        left.record == right.record
    }

    func isOf(sameLoginAs other: CredentialRenewal) -> Bool {
        refreshToken.hasSameBytes(as: other.refreshToken)
            && authorizationServer.hasSameBytes(as: other.authorizationServer)
    }

    /// The same with the token that the server gave instead.
    func with(refreshToken: String) -> CredentialRenewal {
        CredentialRenewal(
            authorizationServer: authorizationServer, clientID: clientID, credentialIdentifier: credentialIdentifier,
            refreshToken: refreshToken, key: key)
    }
}

/// Without its token, wherever it is printed.
extension CredentialRenewal: CustomStringConvertible {
    package var description: String { "renewal at \(authorizationServer)" }
}

extension CredentialRenewal {
    /// What is sealed with the credential.
    var record: JSON {
        var record: JSONObject = [
            "authorization_server": .string(authorizationServer), "client_id": .string(clientID),
            "refresh_token": .string(refreshToken),
        ]
        record["credential_identifier"] = credentialIdentifier.map(JSON.string)
        record["key"] = key?.record
        return .object(record)
    }

    /// Nil if `record` is none.
    init?(record: JSON) {
        guard let server = record["authorization_server"]?.string, let clientID = record["client_id"]?.string,
            let refreshToken = record["refresh_token"]?.string
        else { return nil }
        authorizationServer = server
        self.clientID = clientID
        self.refreshToken = refreshToken
        credentialIdentifier = record["credential_identifier"]?.string
        if let stored = record["key"] {
            guard let key = PrivateKey(record: stored) else { return nil }
            self.key = key
        } else {
            key = nil
        }
    }
}
