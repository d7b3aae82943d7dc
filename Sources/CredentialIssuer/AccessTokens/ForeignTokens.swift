import Crypto
package import Foundation
import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// An authorization server of somebody else's, whose word the issuer takes.
package struct ForeignAuthorizationServer: Sendable {
    package let issuer: String
    package let verification: Verification
    /// The member of a token, or of what is said of it, that names the person.
    package let subjectClaim: String

    package enum Verification: Sendable {
        /// Signed tokens, RFC 9068.
        case signature
        /// Opaque ones, RFC 7662, with what the issuer authenticates by.
        case introspection(clientID: String, secret: String)
    }

    package init(issuer: String, verification: Verification, subjectClaim: String) {
        self.issuer = issuer
        self.verification = verification
        self.subjectClaim = subjectClaim
    }
}

/// How the issuer reaches other servers.
package protocol ForeignServerExchange: Sendable {
    /// A document, kept for a while; a copy from before `instant` does not count. Nil if it cannot be had.
    func document(at url: String, freshAt instant: Date?) async -> [UInt8]?
    /// Posts a form with HTTP basic authentication; the status and body of the answer.
    func post(_ form: String, to url: String, clientID: String, secret: String) async throws -> (Int, [UInt8])
}

/// Access tokens of another authorization server, found through its metadata.
package struct ForeignTokens: AccessTokenSource {
    let server: ForeignAuthorizationServer
    /// The credential issuer identifier: tokens for anybody else are none.
    let audience: String
    let configurations: [CredentialConfiguration]
    let exchange: any ForeignServerExchange
    /// The registry's id of the person that a token names.
    let person: @Sendable (String) async throws -> String?

    package init(
        server: ForeignAuthorizationServer, audience: String, configurations: [CredentialConfiguration],
        exchange: any ForeignServerExchange, person: @escaping @Sendable (String) async throws -> String?
    ) {
        self.server = server
        self.audience = audience
        self.configurations = configurations
        self.exchange = exchange
        self.person = person
    }

    package func grant(of token: String, at instant: Date) async throws -> AccessGrant? {
        let said: JSONObject?
        switch server.verification {
        case .signature: said = await verify(token, at: instant)
        case .introspection(let id, let secret): said = try await introspect(token, id, secret)
        }
        guard let said else { return nil }
        return try await grant(said, of: token, at: instant)
    }

    private func metadata(freshAt instant: Date? = nil) async -> JSONObject? {
        for url in [
            WellKnown.inserted("oauth-authorization-server", into: server.issuer),
            WellKnown.appended("openid-configuration", to: server.issuer),
        ].compactMap({ $0 }) {
            guard let bytes = await exchange.document(at: url, freshAt: instant),
                let object = (try? JSON(parsing: bytes))?.object,
                object["issuer"]?.string?.hasSameBytes(as: server.issuer) == true
            else { continue }
            return object
        }
        return nil
    }

    private func introspect(_ token: String, _ clientID: String, _ secret: String) async throws -> JSONObject? {
        guard let endpoint = await metadata()?["introspection_endpoint"]?.string else {
            throw ForeignServerSilent(issuer: server.issuer)
        }
        let form = FormParameters.encode(["token": token, "token_type_hint": "access_token"])
        let (status, body) = try await exchange.post(form, to: endpoint, clientID: clientID, secret: secret)
        guard status == 200, let answer = (try? JSON(parsing: body))?.object else {
            throw ForeignServerSilent(issuer: server.issuer)
        }
        guard answer["active"] == true else { return nil }
        if let issuer = answer["iss"]?.string, !issuer.hasSameBytes(as: server.issuer) { return nil }
        return answer
    }

    private func verify(_ text: String, at instant: Date) async -> JSONObject? {
        guard
            let token = try? UnverifiedJWS(
                parsing: text, accepting: SignatureAlgorithm.elliptic + [.ps256, .rs256]),
            let type = token.header["typ"]?.string?.lowercased(),
            ["at+jwt", "application/at+jwt"].contains(type), let keyID = token.header["kid"]?.string
        else { return nil }
        // Whose it says to be, before anything is fetched for it.
        guard let unverified = try? JWTClaims(parsing: token.payload),
            unverified.issuer?.hasSameBytes(as: server.issuer) == true
        else { return nil }
        var keys = await keys(keyID, token.algorithm, freshAt: nil)
        // A key that is not known may be new; asked for again once in a while (the exchange sees to it).
        if keys.isEmpty { keys = await self.keys(keyID, token.algorithm, freshAt: instant) }
        guard let verified = keys.lazy.compactMap({ try? token.verify(with: $0) }).first,
            let claims = try? verified.claims(),
            (try? claims.checkTimes(at: instant, leeway: .seconds(10), requiresExpiry: true)) != nil,
            claims.audiences.contains(where: { $0.hasSameBytes(as: audience) })
        else { return nil }
        return claims.all
    }

    private func keys(
        _ keyID: String, _ algorithm: SignatureAlgorithm, freshAt instant: Date?
    ) async -> [PublicKey] {
        guard let url = await metadata()?["jwks_uri"]?.string,
            let bytes = await exchange.document(at: url, freshAt: instant),
            let set = try? PublicJWKSet(parsing: bytes)
        else { return [] }
        return set.verificationKeys(keyID: keyID, algorithm: algorithm)
    }

    private func grant(_ said: JSONObject, of token: String, at instant: Date) async throws -> AccessGrant? {
        guard let expiry = said["exp"]?.number, let name = said[server.subjectClaim]?.string,
            isForUs(said), let id = try await person(name)
        else { return nil }
        let scopes = said["scope"]?.string?.split(separator: " ").map(String.init) ?? []
        let details = (said["authorization_details"]?.array ?? []).filter { $0["type"] == "openid_credential" }
        var identifiers: [String: String] = [:]
        var granted = configurations.filter { $0.scope.map(scopes.contains) ?? false }.map(\.id)
        for detail in details {
            guard let configuration = detail["credential_configuration_id"]?.string else { continue }
            if !granted.contains(configuration) { granted.append(configuration) }
            for identifier in detail["credential_identifiers"]?.array?.compactMap(\.string) ?? [] {
                identifiers[identifier] = configuration
            }
        }
        return AccessGrant(
            transaction: Self.transaction(of: token, at: instant), origin: .foreign,
            credentialConfigurationIDs: granted, credentialIdentifiers: identifiers, subject: .registry(id: id),
            clientID: said["client_id"]?.string,
            keyThumbprint: said["cnf"]?["jkt"]?.string.flatMap { try? Base64URL.decode($0) },
            expiresAt: Date(timeIntervalSince1970: expiry))
    }

    /// RFC 7662 §2.2: what says nothing of an audience is for whom the server introspects.
    private func isForUs(_ said: JSONObject) -> Bool {
        switch said["aud"] {
        case nil, .null?: server.isIntrospected
        case .string(let one)?: one.hasSameBytes(as: audience)
        case .array(let several)?: several.contains { $0.string?.hasSameBytes(as: audience) == true }
        default: false
        }
    }

    /// Stands for the token in the timeline: what is done under it is told together.
    private static func transaction(of token: String, at instant: Date) -> TicketID {
        TicketID(bytes: Array(SHA256.hash(data: Array(token.utf8)).prefix(TicketID.length))) ?? TicketID(at: instant)
    }
}

extension ForeignAuthorizationServer {
    fileprivate var isIntrospected: Bool {
        switch verification {
        case .introspection: true
        case .signature: false
        }
    }
}

/// The other server cannot be asked: nobody is to blame for the token.
package struct ForeignServerSilent: Refusal {
    let issuer: String

    package var wire: WireRefusal {
        WireRefusal(
            .serviceUnavailable, "temporarily_unavailable", "The authorization server does not answer; try again")
    }

    package var reason: String { "the authorization server \(issuer) does not answer" }
}
