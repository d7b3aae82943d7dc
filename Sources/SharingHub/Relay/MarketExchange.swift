import DataSharing
package import Foundation
package import HTTPTypes
import JOSE
package import OAuth
import WireFormats

/// A request to a market.
package struct MarketRequest: Sendable {
    package let url: String
    package let headers: HTTPFields
    package let body: [UInt8]
}

/// How markets are reached. Limits of time and size, and where connections may lead to, are its own.
package protocol MarketExchange: Sendable {
    func post(_ request: MarketRequest) async throws -> (HTTPResponse.Status, HTTPFields, [UInt8])
}

/// Asks a market for what a person has agreed to.
package struct MarketCalls: Sendable {
    let exchange: any MarketExchange
    let issuer: String
    /// Access tokens are bound to its key: whoever else reads one cannot use it.
    let proofs: DPoPProofMaker
    /// The hub's token key as it is now.
    let tokens: @Sendable (_ at: Date) throws -> AccessTokenJWTMaker

    package init(
        exchange: any MarketExchange, issuer: String, proofs: DPoPProofMaker,
        tokens: @escaping @Sendable (_ at: Date) throws -> AccessTokenJWTMaker
    ) {
        self.exchange = exchange
        self.issuer = issuer
        self.proofs = proofs
        self.tokens = tokens
    }

    /// - Returns: what the market answers; a market that cannot be reached is `unavailable`.
    func ask(
        _ scope: RecordedScope, of sharing: RecordedSharing, statements: [String], at instant: Date
    ) async throws -> ReleaseAnswer {
        guard let digestHash = scope.digestHash.flatMap(MessageHash.init) else { return .unavailable }
        let token = try MarketAccessToken(
            issuer: issuer, subject: scope.subject, marketURI: scope.marketURI, clientID: sharing.provider.text,
            scope: scope.scope, version: Int64(scope.version), claims: scope.claims, approval: scope.approvalID,
            digestHash: digestHash, keyThumbprint: proofs.publicKey.thumbprint,
            issuedAt: Int64(instant.timeIntervalSince1970)
        ).sign(with: tokens(instant))
        let body = ReleaseRequest(
            approval: scope.approval, request: sharing.request, isRequestSigned: sharing.requestIsSigned,
            statements: statements
        ).json.encoded()
        let url = scope.marketURI + "/release"
        var nonce: String?
        // A server that wants a nonce says so once, RFC 9449 §9.
        for attempt in 1...2 {
            let proof = try proofs.proof(method: .post, url: url, accessToken: token, nonce: nonce, now: instant)
            var headers: HTTPFields = [.contentType: "application/json", .accept: "application/json"]
            headers[.authorization] = "DPoP " + token
            headers[.dpop] = proof
            guard
                let (status, fields, answer) = try? await exchange.post(
                    MarketRequest(url: url, headers: headers, body: body))
            else { return .unavailable }
            let read = ReleaseAnswer(status: status, retryAfter: fields[.retryAfter], body: answer)
            guard attempt == 1, case .refused(MarketErrorCode.useDPoPNonce.rawValue) = read,
                let given = fields[.dpopNonce]
            else { return read }
            nonce = given
        }
        return .unavailable
    }
}
