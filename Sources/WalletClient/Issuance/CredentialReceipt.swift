import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Verifier
import WireFormats

extension PreAuthorizedIssuance {
    /// Redeems the code and fetches every credential of the offer. What the issuer does not give, or gives in a state
    /// that the wallet cannot vouch for, is told apart from what may be stored.
    ///
    /// - Throws: `WalletRefusal` if there is no access at all; the offer may then be tried again.
    package func accept(
        _ offered: OfferedCredentials, txCode: String?
    ) async throws(WalletRefusal) -> IssuanceOutcome {
        let access = try await redeem(offered, txCode: txCode)
        var received: [ReceivedCredential] = []
        var refused: [RefusedCredential] = []
        for credential in offered.credentials {
            do throws(WalletRefusal) {
                received.append(try await receive(credential, of: offered, with: access))
            } catch {
                refused.append(RefusedCredential(offered: credential, refusal: error))
            }
        }
        return IssuanceOutcome(received: received, refused: refused)
    }

    /// An access token and what came with it.
    private struct Access {
        let token: String
        /// OpenID4VCI 1.0 §6.2: if there are identifiers, requests go by them.
        let identifiers: [(configurationID: String, identifier: String)]
        /// Drafts before the nonce endpoint gave it here.
        let nonce: String?
    }

    /// Token request, OpenID4VCI 1.0 §6.1.
    private func redeem(_ offered: OfferedCredentials, txCode: String?) async throws(WalletRefusal) -> Access {
        if offered.txCode != nil, txCode?.isEmpty != false { throw .txCodeMissing }
        var form = FormParameters.encode([
            "grant_type": GrantType.preAuthorizedCode, "pre-authorized_code": offered.code,
        ])
        if offered.txCode != nil, let txCode { form += "&" + FormParameters.encode(["tx_code": txCode]) }
        let response = try await exchange.post(form, to: offered.tokenEndpoint, for: .token)
        guard response.status == 200 else { throw CheckedExchange.refusal(of: response, in: .token) }
        guard let token = try? TokenResponse(parsing: response.body) else { throw .malformedAnswer(.token) }
        guard token.tokenType.lowercased() == "bearer" else { throw .unsupportedTokenType }
        let body = (try? JSON(parsing: response.body))?.object ?? JSONObject()
        let identifiers = (body["authorization_details"]?.array ?? []).compactMap { detail in
            detail["credential_configuration_id"]?.string.flatMap { id in
                detail["credential_identifiers"]?.array?.first?.string.map { (id, $0) }
            }
        }
        return Access(token: token.accessToken, identifiers: identifiers, nonce: body["c_nonce"]?.string)
    }

    private func receive(
        _ credential: OfferedCredential, of offered: OfferedCredentials, with access: Access
    ) async throws(WalletRefusal) -> ReceivedCredential {
        guard let format = IssuedFormat(rawValue: credential.format) else { throw .unsupportedFormat }
        let key = try credential.configuration.proofAlgorithm().map(PrivateKey.generate)
        let response = try await request(credential, format, key, of: offered, with: access)
        let issued = IssuedCredential(bytes: response, offered: credential, key: key, issuer: offered.issuer)
        let (report, content) = try await issued.verify(with: verifier, at: now())
        return ReceivedCredential(
            offered: credential, issuer: offered.issuer, issuerName: offered.issuerName, credential: response, key: key,
            report: report, content: content)
    }

    /// Credential request, OpenID4VCI 1.0 §8.2; after `invalid_nonce` once more with a fresh nonce, §8.3.1.2.
    private func request(
        _ credential: OfferedCredential, _ format: IssuedFormat, _ key: PrivateKey?, of offered: OfferedCredentials,
        with access: Access
    ) async throws(WalletRefusal) -> [UInt8] {
        var body: JSONObject = ["credential_configuration_id": .string(credential.configurationID)]
        if let named = access.identifiers.first(where: { $0.configurationID == credential.configurationID }) {
            body = ["credential_identifier": .string(named.identifier)]
        }
        var triesLeft = 2
        while true {
            triesLeft -= 1
            if let key {
                let proof = try await proof(format, key, of: offered, with: access)
                body["proofs"] = ["jwt": [.string(proof)]]
            }
            let response = try await exchange.send(
                ExchangeRequest(
                    .post, offered.metadata.credentialEndpoint,
                    headers: [
                        .accept: "application/json", .contentType: "application/json",
                        .authorization: "Bearer " + access.token,
                    ], body: JSON.object(body).encoded()), for: .credential)
            if triesLeft > 0, key != nil, ServerError(response)?.code == "invalid_nonce" { continue }
            return try Self.credential(in: response)
        }
    }

    private static func credential(in response: ExchangeResponse) throws(WalletRefusal) -> [UInt8] {
        guard response.status != 202 else { throw .deferred }
        guard response.status == 200 else { throw CheckedExchange.refusal(of: response, in: .credential) }
        // One key was sent, so there is one credential at most (§8.3).
        guard let parsed = try? CredentialResponse(parsing: response.body), let credential = parsed.credentials.first,
            parsed.credentials.count == 1
        else { throw .malformedAnswer(.credential) }
        return credential
    }

    private func proof(
        _ format: IssuedFormat, _ key: PrivateKey, of offered: OfferedCredentials, with access: Access
    ) async throws(WalletRefusal) -> String {
        let nonce = try await nonce(from: offered.metadata.nonceEndpoint, orElse: access.nonce)
        do {
            return try KeyProofMaker.makeProof(
                key: key, reference: format.keyReference, audience: offered.metadata.credentialIssuer, nonce: nonce,
                issuedAt: now())
        } catch {
            throw .signingFailed
        }
    }

    /// Nonce request, OpenID4VCI 1.0 §7.1.
    private func nonce(from endpoint: String?, orElse given: String?) async throws(WalletRefusal) -> String {
        guard let endpoint else {
            guard let given else { throw .noNonce }
            return given
        }
        let response = try await exchange.send(
            ExchangeRequest(.post, endpoint, headers: [.accept: "application/json"]), for: .nonce)
        guard (200..<300).contains(response.status) else { throw CheckedExchange.refusal(of: response, in: .nonce) }
        guard let nonce = (try? JSON(parsing: response.body))?["c_nonce"]?.string, !nonce.isEmpty else {
            throw .malformedAnswer(.nonce)
        }
        return nonce
    }
}
