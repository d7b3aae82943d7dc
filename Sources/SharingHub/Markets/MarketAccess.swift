package import DataSharing
package import Foundation
package import OAuth

/// The access tokens that clients were given for themselves.
package protocol ClientTokens: Sendable {
    /// The client that a request's access token was given to for itself, if it has `scope`.
    ///
    /// - Parameter path: of the request, which a DPoP proof names.
    /// - Throws: a `Refusal` for any other request.
    func client(of request: EndpointRequest, scope: String, path: String, at instant: Date) async throws -> String
}

/// Finds out which market a request is from.
package struct MarketAccess: Sendable {
    /// The scope of the tokens that markets push with.
    package static let scope = "sharing:market"

    let tokens: any ClientTokens
    let organizations: any OrganizationStore

    package init(tokens: any ClientTokens, organizations: any OrganizationStore) {
        self.tokens = tokens
        self.organizations = organizations
    }

    package func market(of request: EndpointRequest, path: String, at instant: Date) async throws -> Organization {
        let client = try await tokens.client(of: request, scope: Self.scope, path: path, at: instant)
        guard let id = OrganizationID(client), let organization = try await organizations.organization(id),
            organization.isMarket, organization.isApproved
        else { throw MarketRefusal.noMarket }
        return organization
    }
}
