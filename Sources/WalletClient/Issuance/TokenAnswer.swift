import JOSE
import OAuth
import WireFormats

/// A token response whose token is of the kind that was asked for, RFC 6749 §5.1 and OpenID4VCI 1.0 §6.2.
struct TokenAnswer {
    let server: TokenServer
    /// What the token was to be bound to, and is.
    let key: PrivateKey?
    let response: TokenResponse
    /// Drafts before the nonce endpoint gave it here.
    private let nonce: String?

    init(parsing body: [UInt8], from server: TokenServer, for key: PrivateKey?) throws(WalletRefusal) {
        guard let response = try? TokenResponse(parsing: body) else { throw .malformedAnswer(.token) }
        switch (response.isBoundByDPoP, key) {
        case (true, _?): break
        case (true, nil): throw .unsupportedTokenType
        case (false, let key):
            guard response.tokenType.lowercased() == "bearer" else { throw .unsupportedTokenType }
            // RFC 9449 §5: a token that anybody can use, where one for this wallet alone was asked for.
            guard key == nil else { throw .tokenNotBound }
        }
        self.server = server
        self.key = key
        self.response = response
        nonce = (try? JSON(parsing: body))?["c_nonce"]?.string
    }

    func access(clientID: String?) -> IssuanceAccess {
        // Drafts of OpenID4VCI let the response repeat the request; without identifiers it says nothing.
        let details = response.authorizationDetails.flatMap { try? GrantedAuthorizationDetail.entries(in: $0) } ?? []
        let identifiers = details.compactMap { detail in
            detail.credentialIdentifiers.first.map { (detail.credentialConfigurationID, $0) }
        }
        return IssuanceAccess(
            token: response.accessToken, key: key, clientID: clientID, identifiers: identifiers, nonce: nonce)
    }

    /// Access that is renewed: where the response does not name the credential, it is called what it was.
    func access(under renewal: CredentialRenewal, to configurationID: String) -> IssuanceAccess {
        let access = access(clientID: renewal.clientID)
        guard access.identifier(for: configurationID) == nil, let identifier = renewal.credentialIdentifier else {
            return access
        }
        return IssuanceAccess(
            token: access.token, key: key, clientID: access.clientID,
            identifiers: access.identifiers + [(configurationID, identifier)], nonce: nonce)
    }

    /// What gets the credentials again; nil without a refresh token.
    func renewal(clientID: String) -> CredentialRenewal? {
        response.refreshToken.map {
            CredentialRenewal(
                authorizationServer: server.issuer, clientID: clientID, credentialIdentifier: nil, refreshToken: $0,
                key: key)
        }
    }

    /// Which of the configurations asked for were granted; never none, and no other.
    ///
    /// Authorization details that were asked for come back with identifiers, OpenID4VCI 1.0 §6.2; they may be fewer, RFC
    /// 9396 §7. Scopes that are fewer are stated, RFC 6749 §5.1.
    func granted(of wish: CredentialWish) throws(WalletRefusal) -> [String] {
        let granted: [String]
        switch (response.authorizationDetails, wish.scopes) {
        case (nil, nil): throw .malformedAnswer(.token)
        case (let details?, _):
            guard let entries = try? GrantedAuthorizationDetail.entries(in: details) else {
                throw .malformedAnswer(.token)
            }
            let names = entries.map(\.credentialConfigurationID)
            guard names.allSatisfy(wish.configurationIDs.contains(bytesOf:)) else { throw .otherCredentialsGranted }
            granted = wish.configurationIDs.filter(names.contains(bytesOf:))
        case (nil, let scopes?):
            let given = response.scopes ?? scopes
            granted = zip(wish.configurationIDs, scopes).filter { given.contains(bytesOf: $0.1) }.map(\.0)
        }
        guard !granted.isEmpty else { throw .otherCredentialsGranted }
        return granted
    }

    /// An ID token need not have been asked for: it must then be of this request, OpenID Connect Core §3.1.3.7. It came
    /// from the server itself, so its signature would add nothing.
    func checkIDToken(nonce: String) throws(WalletRefusal) {
        guard response.idToken != nil else { return }
        guard let stated = idTokenClaims?["nonce"]?.string,
            constantTimeEqual(Array(stated.utf8), Array(nonce.utf8))
        else { throw .foreignIDToken }
    }

    /// Who logged in, as the ID token says; nil without one.
    var subject: String? { idTokenClaims?["sub"]?.string }

    private var idTokenClaims: JSON? {
        let parts = response.idToken?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, let payload = try? Base64URL.decode(parts[1]) else { return nil }
        return try? JSON(parsing: payload)
    }
}

extension [String] {
    fileprivate func contains(bytesOf text: String) -> Bool { contains { $0.hasSameBytes(as: text) } }
}
