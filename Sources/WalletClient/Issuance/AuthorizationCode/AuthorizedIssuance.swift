import Foundation
import OAuth
import WireFormats

/// What a holder has let the wallet fetch: access to the credentials of one issuer.
package struct AuthorizedIssuance: Sendable {
    /// The credential issuer identifier.
    package let issuer: String
    /// Those asked for that the holder and the server agreed to. Never empty.
    package let configurationIDs: [String]
    /// Whether the credentials can be had again without a login.
    package var isRenewable: Bool { renewal != nil }

    /// Who logged in, as the server calls them; nil if it did not say.
    package let subject: String?

    let access: IssuanceAccess
    let renewal: CredentialRenewal?
}

/// Without its tokens, wherever it is printed.
extension AuthorizedIssuance: CustomStringConvertible {
    package var description: String { "access to credentials of \(issuer)" }
}

extension AuthorizationCodeIssuance {
    /// Takes the answer of the login, RFC 6749 §4.1.2, and redeems its code.
    ///
    /// - Parameter address: the whole address that the browser was sent to.
    package func finish(
        _ pending: PendingAuthorization, redirectedTo address: String
    ) async throws(WalletRefusal) -> AuthorizedIssuance {
        guard means.now() < pending.expiresAt else { throw .authorizationOver }
        // RFC 9700 §4.1: an answer to somewhere else was not meant for this wallet.
        guard Self.isAnswer(address, to: pending.redirectURI) else { throw .foreignRedirect }
        let code = try Self.code(in: address, for: pending)
        let server = ServerConversation(means: means, server: pending.server, identity: identity)
        let answer = try await server.requestToken(
            .authorizationCode(
                code: code, redirectURI: pending.redirectURI, codeVerifier: pending.verifier.text), with: pending.key)
        try answer.checkIDToken(nonce: pending.nonce)
        return AuthorizedIssuance(
            issuer: pending.issuer, configurationIDs: try answer.granted(of: pending.wish), subject: answer.subject,
            access: answer.access(clientID: pending.clientID), renewal: answer.renewal(clientID: pending.clientID))
    }

    private static func isAnswer(_ address: String, to redirectURI: String) -> Bool {
        guard address.utf8.starts(with: redirectURI.utf8) else { return false }
        let next = address.utf8.dropFirst(redirectURI.utf8.count).first
        return next == UInt8(ascii: redirectURI.contains("?") ? "&" : "?")
    }

    private static func code(
        in address: String, for pending: PendingAuthorization
    ) throws(WalletRefusal) -> String {
        let answer: ReceivedAuthorization
        do throws(AuthorizationResponseRefusal) {
            answer = try ReceivedAuthorization(
                callback: address,
                expecting: .init(
                    state: pending.state, issuer: pending.server.issuer, requiresIssuer: pending.server.namesItself))
        } catch {
            throw .authorizationResponse(error)
        }
        switch answer.outcome {
        case .code(let code): return code
        case .error("access_denied", _): throw .declined
        case .error(let code, let description):
            throw .server(.authorization, ServerError(code: code, description: description))
        }
    }

    /// Fetches one of the credentials.
    package func fetch(
        _ authorized: AuthorizedIssuance, _ configurationID: String
    ) async throws(WalletRefusal) -> ReceivedCredential {
        guard authorized.configurationIDs.contains(where: { $0.hasSameBytes(as: configurationID) }) else {
            throw .notGranted(configurationID: configurationID)
        }
        let described = try await means.discovery.describe([configurationID], of: authorized.issuer)
        return try await receipt(of: described, for: authorized).receive(described.credentials[0])
    }

    /// Fetches every one of the credentials, told apart by whether it may be stored.
    ///
    /// - Throws: `WalletRefusal` if the issuer's metadata cannot be had.
    package func fetchAll(_ authorized: AuthorizedIssuance) async throws(WalletRefusal) -> IssuanceOutcome {
        let described = try await means.discovery.describe(authorized.configurationIDs, of: authorized.issuer)
        return await receipt(of: described, for: authorized).receive(described.credentials)
    }

    private func receipt(of described: DescribedCredentials, for authorized: AuthorizedIssuance) -> CredentialReceipt {
        CredentialReceipt(
            means: means, described: described, access: authorized.access, renewal: authorized.renewal)
    }
}
