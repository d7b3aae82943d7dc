import HTTPTypes
package import JOSE
package import OAuth
package import WalletClient
package import WireFormats

/// Public documents of the hub.
package struct HubMetadata: Sendable {
    private let exchange: any HTTPExchange

    package init(exchange: any HTTPExchange) { self.exchange = exchange }

    package func metadata(of issuer: String) async throws(HubFailure) -> AuthorizationServerMetadata {
        guard let url = WellKnown.appended("openid-configuration", to: issuer) else { throw .malformed(.metadata) }
        let body = try await bytes(at: url, for: .metadata)
        do throws(AuthorizationServerMetadata.Malformation) {
            return try AuthorizationServerMetadata(parsing: body, fetchedFor: issuer)
        } catch {
            throw .malformed(.metadata)
        }
    }

    /// The keys that the hub signs tokens with.
    package func keys(of metadata: AuthorizationServerMetadata) async throws(HubFailure) -> PublicJWKSet {
        guard let url = metadata.jwksURI else { throw .malformed(.metadata) }
        let body = try await bytes(at: url, for: .keys)
        guard let keys = try? PublicJWKSet(parsing: body) else { throw .malformed(.keys) }
        return keys
    }

    package func document(at url: String, for step: HubStep) async throws(HubFailure) -> JSON {
        let body = try await bytes(at: url, for: step)
        guard let json = try? JSON(parsing: body) else { throw .malformed(step) }
        return json
    }

    package func bytes(at url: String, for step: HubStep) async throws(HubFailure) -> [UInt8] {
        let request = ExchangeRequest(.get, url, headers: [.accept: "application/json"])
        let response = try await HubConversation.send(request, over: exchange, for: step)
        guard response.status == 200 else { throw HubConversation.refusal(of: response, in: step) }
        return response.body
    }
}
