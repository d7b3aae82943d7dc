import OAuth

/// What came of renewing a credential.
package struct RenewalOutcome: Sendable {
    /// What gets it the next time. To be kept whatever the result is: the server may not take the old one again.
    package let renewal: CredentialRenewal
    package let result: Result<ReceivedCredential, WalletRefusal>
}

/// The key that a renewed credential is for.
package enum RenewalKey: Sendable {
    case new
    /// The one that the old credential is bound to: whoever sees both can tell that they have one holder.
    case same
}

extension AuthorizationCodeIssuance {
    /// Gets a stored credential anew, without its holder: OpenID4VCI 1.0 §14.5.
    ///
    /// - Throws: `WalletRefusal` if there is no access at all: `notRenewable`, `renewalOver`, or what else is wrong.
    package func renew(
        _ stored: StoredCredential, for key: RenewalKey = .new
    ) async throws(WalletRefusal) -> RenewalOutcome {
        guard let renewal = stored.renewal else { throw .notRenewable }
        let described = try await means.discovery.describe([stored.configurationID], of: stored.issuer)
        let answer = try await refresh(renewal)
        let access = answer.access(under: renewal, to: stored.configurationID)
        let next = answer.response.refreshToken.map { renewal.with(refreshToken: $0) } ?? renewal
        let receipt = CredentialReceipt(means: means, described: described, access: access, renewal: next)
        let result: Result<ReceivedCredential, WalletRefusal>
        do throws(WalletRefusal) {
            result = .success(
                try await receipt.receive(described.credentials[0], for: key == .same ? .same(stored.key) : .new))
        } catch {
            result = .failure(error)
        }
        return RenewalOutcome(renewal: next, result: result)
    }

    /// Refresh request, RFC 6749 §6, at the server that gave the token and with the key that it is bound to.
    private func refresh(_ renewal: CredentialRenewal) async throws(WalletRefusal) -> TokenAnswer {
        let metadata = try await means.discovery.serverMetadata(of: renewal.authorizationServer)
        let server = ServerConversation(means: means, server: TokenServer(metadata), identity: identity)
        do throws(WalletRefusal) {
            return try await server.requestToken(
                .refreshToken(renewal.refreshToken, scopes: []), with: renewal.key)
        } catch .server(.token, let error) where error.code == "invalid_grant" {
            throw .renewalOver
        }
    }
}
