package import Foundation
import JOSE
package import OAuth
package import WireFormats

/// RP-initiated logout, OpenID Connect RP-Initiated Logout 1.0, and telling the other clients of the session,
/// Back-Channel Logout 1.0.
package struct Logouts: SessionEnding {
    let sessions: any SessionStore
    let clients: ClientDirectory
    let idTokens: IDTokens
    let keys: any TokenSigningKeys
    let messages: any LogoutMessages
    let csrf: TicketMint
    let now: @Sendable () -> Date

    package init(
        sessions: any SessionStore, clients: ClientDirectory, idTokens: IDTokens, keys: any TokenSigningKeys,
        messages: any LogoutMessages, csrf: TicketMint, now: @escaping @Sendable () -> Date
    ) {
        self.sessions = sessions
        self.clients = clients
        self.idTokens = idTokens
        self.keys = keys
        self.messages = messages
        self.csrf = csrf
        self.now = now
    }

    /// What follows a request to log out.
    package enum Outcome: Sendable {
        /// The person is asked: anybody could have sent the request.
        case ask(csrf: String, party: RequestingParty?)
        /// Logged out; where to go next, if the client has said so and may.
        case done(address: String?)
    }

    /// A logout request, §2. Nothing is believed of it but an address that is registered.
    package func request(_ parameters: FormParameters, _ browser: Browser) async throws -> Outcome {
        let address = try await returnAddress(parameters)
        guard let id = browser.session, let session = try await sessions.session(id) else {
            return .done(address: address)
        }
        let client = try await clientID(parameters).asyncFlatMap { try await clients.client($0) }
        return .ask(
            csrf: formValue(session.id), party: address == nil ? nil : client?.party(redirectURI: address ?? ""))
    }

    /// The person's own word, from our page.
    package func confirm(_ parameters: FormParameters, _ browser: Browser) async throws -> Outcome {
        guard let id = browser.session else { return .done(address: nil) }
        guard let value = parameters["csrf"], constantTimeEqual(Array(value.utf8), Array(formValue(id).utf8)) else {
            throw InteractionRefusal.forged
        }
        if let session = try await sessions.session(id) { try await end(session) }
        return .done(address: try await returnAddress(parameters))
    }

    package func end(_ session: Session) async throws {
        let instant = now()
        for id in try await sessions.end(session, at: instant) {
            guard let client = try await clients.client(id), let address = client.metadata.backchannelLogoutURI else {
                continue
            }
            let token = try logoutToken(for: client, session.person, session.name, at: instant)
            messages.send(token: token, to: address, of: client.id)
        }
    }

    /// Does for sessions that were ended by something else, such as a new password, what comes of their end.
    package func conclude(_ ids: [TicketID]) async throws {
        for id in ids {
            if let session = try await sessions.lastingOrEnded(id) { try await end(session) }
        }
    }

    /// Back-Channel Logout 1.0 §2.4.
    private func logoutToken(
        for client: RegisteredClient, _ person: String, _ session: TicketID, at instant: Date
    ) throws -> String {
        let seconds = Int64(instant.timeIntervalSince1970)
        let claims: JSONObject = [
            "iss": .string(idTokens.policy.issuer), "sub": .string(idTokens.subjects.subject(person, for: client)),
            "aud": .string(client.id), "iat": .integer(seconds), "exp": .integer(seconds + 120),
            "jti": .string(Base64URL.encode(secureRandomBytes(16))),
            "sid": .string(idTokens.sessionID(session, for: client)),
            "events": ["http://schemas.openid.net/event/backchannel-logout": [:]],
        ]
        guard let signer = try keys.signer(client.metadata.idTokenAlgorithm, at: instant) else {
            throw DamagedState("there is no key for logout tokens")
        }
        return try signer.sign(claims, type: "logout+jwt")
    }

    /// §2 and §3: only where the client is known, by its identifier or by an ID token of ours, and the address is its own.
    private func returnAddress(_ parameters: FormParameters) async throws -> String? {
        guard let wanted = parameters["post_logout_redirect_uri"], let id = clientID(parameters),
            let client = try await clients.client(id),
            client.metadata.postLogoutRedirectURIs.contains(where: { $0.admits(wanted) })
        else { return nil }
        guard let state = parameters["state"] else { return wanted }
        return wanted + (wanted.contains("?") ? "&" : "?") + FormParameters.encode(["state": state])
    }

    private func clientID(_ parameters: FormParameters) -> String? {
        let hinted = parameters["id_token_hint"].flatMap(audience)
        guard let stated = parameters["client_id"] else { return hinted }
        return hinted == nil || hinted?.hasSameBytes(as: stated) == true ? stated : nil
    }

    /// The client that an ID token of ours was for; it may have expired.
    private func audience(_ idToken: String) -> String? {
        guard let claims = keys.claims(ofOwn: idToken, type: nil),
            claims.issuer?.hasSameBytes(as: idTokens.policy.issuer) == true, claims.audiences.count == 1
        else { return nil }
        return claims.audiences.first
    }

    package func formValue(_ session: TicketID) -> String {
        Base64URL.encode(Array(csrf.authenticate("own page", for: session).prefix(18)))
    }
}

/// Sends logout tokens: the person does not wait for it.
package protocol LogoutMessages: Sendable {
    /// - Parameter clientID: whose address it is, for the operator.
    func send(token: String, to address: String, of clientID: String)
}

extension Optional {
    fileprivate func asyncFlatMap<T>(_ transform: (Wrapped) async throws -> T?) async rethrows -> T? {
        guard let value = self else { return nil }
        return try await transform(value)
    }
}
