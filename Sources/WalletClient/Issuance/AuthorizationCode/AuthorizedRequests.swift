import HTTPTypes
import JOSE
import OAuth
package import WireFormats

extension AuthorizationCodeIssuance {
    /// Sends a request of the client's own with the access token: to a resource that the token is for, and that is not
    /// the credential endpoint.
    package func send(
        _ request: ExchangeRequest, under authorized: AuthorizedIssuance
    ) async throws(WalletRefusal) -> ExchangeResponse {
        try await means.send(request, with: authorized.access, for: .credential)
    }
}

extension IssuanceMeans {
    /// As RFC 6750 §2.1 or RFC 9449 §7.1 asks. If the server wants its nonce in the proof, the request goes once more.
    func send(
        _ request: ExchangeRequest, with access: IssuanceAccess, for step: IssuanceStep
    ) async throws(WalletRefusal) -> ExchangeResponse {
        guard let key = access.key else {
            return try await exchange.send(
                request.adding([.authorization: "Bearer " + access.token]), for: step)
        }
        let session = session(with: key)
        var triesLeft = 2
        while true {
            triesLeft -= 1
            let proof = try session.proof(for: request, accessToken: access.token)
            let response = try await exchange.send(
                request.adding([.authorization: "DPoP " + access.token, .dpop: proof]), for: step)
            let hasNonce = nonces.take(from: response, of: request.url)
            if triesLeft > 0, hasNonce, DPoPSession.asksForNonce(response) { continue }
            return response
        }
    }
}

extension AuthorizedIssuance {
    private static let version: JSON = 1

    /// For whoever keeps it for a while: without what would renew it. Anybody who reads it has the access.
    package var json: JSON {
        var object: JSONObject = [
            "version": Self.version, "issuer": .string(issuer),
            "configuration_ids": .array(configurationIDs.map(JSON.string)), "token": .string(access.token),
            "identifiers": .array(access.identifiers.map { [.string($0.configurationID), .string($0.identifier)] }),
        ]
        object["subject"] = subject.map(JSON.string)
        object["key"] = access.key?.record
        object["client_id"] = access.clientID.map(JSON.string)
        return .object(object)
    }

    /// Nil if `json` is not what ``json`` gave.
    package init?(json: JSON) {
        guard json["version"] == Self.version, let issuer = json["issuer"]?.string,
            let ids = json["configuration_ids"]?.array?.compactMap(\.string), !ids.isEmpty,
            let token = json["token"]?.string, let identifiers = json["identifiers"]?.array
        else { return nil }
        let key = json["key"].map(PrivateKey.init(record:))
        // A key that cannot be read is not the same as none: the token is bound to it.
        if case .some(.none) = key { return nil }
        self.init(
            issuer: issuer, configurationIDs: ids, subject: json["subject"]?.string,
            access: IssuanceAccess(
                token: token, key: key ?? nil, clientID: json["client_id"]?.string,
                identifiers: identifiers.compactMap { entry in
                    let parts = entry.array?.compactMap(\.string) ?? []
                    return parts.count == 2 ? (parts[0], parts[1]) : nil
                }, nonce: nil),
            renewal: nil)
    }
}
