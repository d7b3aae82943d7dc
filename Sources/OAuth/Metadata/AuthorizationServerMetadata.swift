package import WireFormats

/// Authorization server metadata, RFC 8414 §2 and OpenID4VCI 1.0 §12.3.
package struct AuthorizationServerMetadata: Sendable, Equatable {
    package let issuer: String
    package let tokenEndpoint: String
    package let grantTypes: [String]
    /// `pre-authorized_grant_anonymous_access_supported`.
    package let allowsAnonymousPreAuthorizedGrant: Bool

    package init(
        issuer: String, tokenEndpoint: String, grantTypes: [String], allowsAnonymousPreAuthorizedGrant: Bool
    ) {
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        self.grantTypes = grantTypes
        self.allowsAnonymousPreAuthorizedGrant = allowsAnonymousPreAuthorizedGrant
    }

    package var json: JSON {
        [
            "issuer": .string(issuer), "token_endpoint": .string(tokenEndpoint),
            "grant_types_supported": .array(grantTypes.map(JSON.string)),
            "token_endpoint_auth_methods_supported": ["none"],
            "pre-authorized_grant_anonymous_access_supported": .bool(allowsAnonymousPreAuthorizedGrant),
        ]
    }

    /// Why a document is no metadata of the authorization server asked for.
    package enum Malformation: Error, Equatable {
        case notJSONObject
        case missing(String)
        /// RFC 8414 §3.3: the `issuer` differs from the one the document was fetched for.
        case otherIssuer
    }

    package init(parsing body: [UInt8], fetchedFor identifier: String) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let issuer = object["issuer"]?.string else { throw .missing("issuer") }
        guard issuer.hasSameBytes(as: identifier) else { throw .otherIssuer }
        guard let tokenEndpoint = object["token_endpoint"]?.string else { throw .missing("token_endpoint") }
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        grantTypes = object["grant_types_supported"]?.array?.compactMap(\.string) ?? ["authorization_code"]
        allowsAnonymousPreAuthorizedGrant =
            object["pre-authorized_grant_anonymous_access_supported"]?.bool ?? false
    }
}
