package import Foundation
import JOSE
package import OAuth
import WireFormats

/// Writes and reads access tokens: opaque tickets, or signed ones for services elsewhere (RFC 9068).
package struct AccessTokens: Sendable {
    let policy: AuthorizationPolicy
    let tickets: TicketMint
    let subjects: SubjectNames
    let keys: any TokenSigningKeys

    package init(
        policy: AuthorizationPolicy, tickets: TicketMint, subjects: SubjectNames, keys: any TokenSigningKeys
    ) {
        self.policy = policy
        self.tickets = tickets
        self.subjects = subjects
        self.keys = keys
    }

    /// The text of a token that is on record.
    func text(of token: AccessToken, _ grant: Grant?, client: RegisteredClient) throws -> String {
        let resource = token.audience.count == 1 ? policy.resource(token.audience[0]) : nil
        guard (resource?.format ?? policy.tokenFormat) == .jwt else { return tickets.ticket(for: token.id).text }
        return try keys.standard(at: token.issuedAt).sign(claims(of: token, grant, client), type: "at+jwt")
    }

    /// RFC 9068 §2.2. Nothing is said of the person but the name they have there.
    func claims(of token: AccessToken, _ grant: Grant?, _ client: RegisteredClient) -> JSONObject {
        var claims: JSONObject = [
            "iss": .string(policy.issuer), "sub": .string(subject(of: token, grant, client)),
            "aud": token.audience.count > 1 ? .strings(token.audience) : .string(token.audience.first ?? policy.issuer),
            "client_id": .string(token.clientID), "jti": .string(token.id.text),
            "iat": .integer(Int64(token.issuedAt.timeIntervalSince1970)),
            "exp": .integer(Int64(token.expiresAt.timeIntervalSince1970)),
        ]
        if !token.scope.isEmpty { claims["scope"] = .string(ScopeList.text(token.scope)) }
        claims["cnf"] = token.keyThumbprint.map { ["jkt": .string(Base64URL.encode($0))] }
        if let grant {
            claims["authorization_details"] = grant.details(for: token)
            claims["acr"] = .string(grant.acr)
            claims["auth_time"] = .integer(Int64(grant.authenticatedAt.timeIntervalSince1970))
        }
        return claims
    }

    private func subject(of token: AccessToken, _ grant: Grant?, _ client: RegisteredClient) -> String {
        // RFC 9068 §2.2: without a person, the client is its own subject.
        guard let grant else { return token.clientID }
        guard token.audience.count == 1, let resource = policy.resource(token.audience[0]) else {
            return subjects.subject(grant.person, for: client)
        }
        return subjects.subject(grant.person, for: resource)
    }

    /// The identifier of a token that this server made, opaque or signed, whether it is still good or not.
    package func identifier(of text: String, at instant: Date) -> TicketID? {
        if let id = tickets.recognise(text) { return id }
        guard text.utf8.contains(UInt8(ascii: ".")), let claims = keys.claims(ofOwn: text, type: "at+jwt"),
            claims.issuer?.hasSameBytes(as: policy.issuer) == true
        else { return nil }
        return claims.id.flatMap { TicketID(text: $0) }
    }
}

extension Grant {
    /// `authorization_details` as a token response and introspection state them; nil if none were asked for.
    func details(for token: AccessToken) -> JSON? {
        let named = credentials.filter { $0.identifier != nil && token.configurationIDs.contains($0.configurationID) }
        guard !named.isEmpty else { return nil }
        return .array(
            named.map { credential in
                [
                    "type": "openid_credential", "credential_configuration_id": .string(credential.configurationID),
                    "credential_identifiers": .strings([credential.identifier ?? credential.configurationID]),
                ]
            })
    }
}
