import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Portal
import Verifier
import WalletClient
import WireFormats

/// Gets credentials for people as a client of the provider: everything over HTTP, whoever runs provider and issuer.
struct WalletPortalIssuance: PortalIssuance {
    /// What the provider is asked for so that it tells the address on record.
    private static let addressScopes = ["openid", "email"]

    let flow: AuthorizationCodeIssuance
    let exchange: any HTTPExchange
    /// The authorization server's issuer identifier.
    let provider: String
    /// The credential issuer identifier.
    let issuer: String
    let redirectURI: String
    /// Whether letters are sent, so that an address would be of use.
    let sendsLetters: Bool

    /// - Parameter identity: as whom the portal shows itself to the provider.
    init(
        exchange: any HTTPExchange, identity: WalletClientIdentity, provider: String, issuer: String,
        redirectURI: String, sendsLetters: Bool, now: @escaping @Sendable () -> Date
    ) {
        flow = AuthorizationCodeIssuance(
            exchange: exchange, languages: LanguagePreference([]), identity: identity, now: now)
        self.exchange = exchange
        self.provider = provider
        self.issuer = issuer
        self.redirectURI = redirectURI
        self.sendsLetters = sendsLetters
    }

    func begin(_ credential: CatalogueCredential) async throws(PortalRefusal) -> BegunIssuance {
        let asksAddress = sendsLetters && !credential.claims.contains { $0.path == ["email"] }
        do throws(WalletRefusal) {
            // As from an offer, since that also says which of the issuer's servers is meant.
            let wanted = try await flow.open(
                CredentialOffer(
                    credentialIssuer: issuer, credentialConfigurationIDs: [credential.id], preAuthorizedCode: nil,
                    authorizationCode: .init(authorizationServer: provider)))
            // Nothing is kept here, so nothing is asked for that would renew it.
            // Many people use one computer: whoever comes next must not go on as the one before.
            let pending = try await flow.begin(
                wanted, redirectURI: redirectURI, asking: .these(asksAddress ? Self.addressScopes : []),
                prompting: [.login])
            let record = pending.json
            guard let state = record["state"]?.string else { throw .malformedAnswer(.authorization) }
            return BegunIssuance(
                address: pending.url, state: state,
                record: [
                    "pending": record, "credential": .string(credential.id), "asks_address": .bool(asksAddress),
                ])
        } catch {
            throw error.forPortal
        }
    }

    func finish(_ record: JSON, answer query: String) async throws(PortalRefusal) -> CredentialInHand {
        guard let pending = record["pending"].flatMap(PendingAuthorization.init(json:)),
            let credentialID = record["credential"]?.string
        else { throw .over }
        let authorized: AuthorizedIssuance
        let received: ReceivedCredential
        do throws(WalletRefusal) {
            authorized = try await flow.finish(pending, redirectedTo: redirectURI + "?" + query)
            received = try await flow.fetch(authorized, credentialID)
        } catch {
            throw error.forPortal
        }
        var email = received.content.claims["email"]?.string
        if email == nil, record["asks_address"] == true { email = await address(under: authorized) }
        return CredentialInHand(
            text: String(decoding: received.credential, as: UTF8.self), format: received.offered.format,
            claims: received.content.claims, issuedAt: received.content.issuedAt,
            expiresAt: received.content.expiresAt, holderKey: received.key.map(\.privateJWK),
            email: email.flatMap(RegisteredAddress.init), access: authorized.json)
    }
}

/// The address that the provider has, OpenID Connect Core §5.3.
extension WalletPortalIssuance {
    /// Nil if the person did not agree to tell it, or it cannot be had: then letters are no way for this credential.
    private func address(under authorized: AuthorizedIssuance) async -> String? {
        guard let subject = authorized.subject, let endpoint = await userInfoEndpoint(),
            let response = try? await flow.send(
                ExchangeRequest(.get, endpoint, headers: [.accept: "application/json"]), under: authorized),
            response.status == 200, let claims = try? JSON(parsing: response.body),
            // §5.3.2: otherwise these might be somebody else's claims.
            let stated = claims["sub"]?.string, stated.hasSameBytes(as: subject)
        else { return nil }
        return claims["email"]?.string
    }

    private func userInfoEndpoint() async -> String? {
        let body = try? await PublishedMetadata(exchange: exchange).document(
            WellKnown.inserted("oauth-authorization-server", into: provider),
            orElse: WellKnown.appended("openid-configuration", to: provider))
        return body.flatMap { try? AuthorizationServerMetadata(parsing: $0, fetchedFor: provider) }?.userInfoEndpoint
    }
}

extension PrivateKey {
    /// RFC 7517 §4 with the private member of RFC 7518 §6.2.2 or RFC 8037 §2. Keys of holders are never RSA keys.
    fileprivate var privateJWK: JSONObject {
        var jwk = publicKey.jwk
        jwk["d"] = .string(Base64URL.encode(rawRepresentation))
        return jwk
    }
}

extension WalletRefusal {
    /// Whose fault it is, for the visitor; what it is, for the operator. Descriptions that servers give are left out:
    /// nobody knows what they put into them.
    fileprivate var forPortal: PortalRefusal {
        switch self {
        case .declined: .declined
        case .authorizationOver, .foreignRedirect: .over
        case .server(let step, let error):
            step.isOfIssuer ? .issuer(reason: "\(step): \(error.code)") : .provider(reason: "\(step): \(error.code)")
        case .exchange(let step, let failure):
            step.isOfIssuer
                ? .issuer(reason: "\(step): \(failure.explanation)")
                : .provider(reason: "\(step): \(failure.explanation)")
        case .status(let step, let status):
            step.isOfIssuer
                ? .issuer(reason: "\(step): status \(status)") : .provider(reason: "\(step): status \(status)")
        case .malformedAnswer(let step), .documentOfOtherIssuer(let step):
            step.isOfIssuer ? .issuer(reason: sentence) : .provider(reason: sentence)
        case .authorizationResponse, .noLoginOffered, .noCodeChallenge, .tooManyCredentials, .signingFailed,
            .clientAuthenticationFailed, .tokenNotBound, .otherCredentialsGranted, .notGranted, .foreignIDToken,
            .unsupportedTokenType, .authorizationServerNotListed:
            .provider(reason: sentence)
        case .link, .offer, .issuerIdentifier, .loginNeeded, .notRenewable, .renewalOver, .notInMetadata,
            .nothingSupported, .txCodeMissing, .unsupportedFormat, .unsupportedProofAlgorithm, .noNonce, .deferred,
            .unreadable, .invalid, .otherFormat, .otherType, .boundToOtherKey, .issuedBySomebodyElse:
            .issuer(reason: sentence)
        }
    }
}

extension IssuanceStep {
    fileprivate var isOfIssuer: Bool {
        switch self {
        case .offer, .issuerMetadata, .nonce, .credential: true
        case .authorizationServerMetadata, .pushedRequest, .authorization, .challenge, .token: false
        }
    }
}
