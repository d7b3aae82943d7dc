import Foundation
import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import Verifier
import WireFormats

/// Fetches credentials of one issuer under one access token: nonce, proof, credential request, verification.
struct CredentialReceipt {
    let means: IssuanceMeans
    let described: DescribedCredentials
    let access: IssuanceAccess
    let renewal: CredentialRenewal?

    /// Which key a credential is for.
    enum HolderKey {
        case new
        /// The one of an earlier copy; nil if that was a bearer credential.
        case same(PrivateKey?)
    }

    /// Every one of `credentials`, told apart by whether it may be stored.
    func receive(_ credentials: [OfferedCredential]) async -> IssuanceOutcome {
        var received: [ReceivedCredential] = []
        var refused: [RefusedCredential] = []
        for credential in credentials {
            do throws(WalletRefusal) {
                received.append(try await receive(credential))
            } catch {
                refused.append(RefusedCredential(offered: credential, refusal: error))
            }
        }
        return IssuanceOutcome(received: received, refused: refused)
    }

    func receive(
        _ credential: OfferedCredential, for holderKey: HolderKey = .new
    ) async throws(WalletRefusal) -> ReceivedCredential {
        guard let format = IssuedFormat(rawValue: credential.format) else { throw .unsupportedFormat }
        let key = try credential.configuration.key(holderKey)
        let response = try await request(credential, format, key)
        let issued = IssuedCredential(bytes: response, offered: credential, key: key, issuer: described.issuer)
        let (report, content) = try await issued.verify(with: means.verifier, at: means.now())
        return ReceivedCredential(
            offered: credential, issuer: described.issuer, issuerName: described.issuerName, credential: response,
            key: key, report: report, content: content,
            renewal: renewal?.naming(access.identifier(for: credential.configurationID)))
    }

    /// Credential request, OpenID4VCI 1.0 §8.2; after `invalid_nonce` once more with a fresh nonce, §8.3.1.2.
    private func request(
        _ credential: OfferedCredential, _ format: IssuedFormat, _ key: PrivateKey?
    ) async throws(WalletRefusal) -> [UInt8] {
        var triesLeft = 2
        while true {
            triesLeft -= 1
            var proofs = CredentialRequest.Proofs.none
            if let key { proofs = .jwt([try await proof(format, key)]) }
            let message = CredentialRequest(
                credential: access.identification(of: credential.configurationID), proofs: proofs)
            let response = try await send(message)
            if triesLeft > 0, key != nil, ServerError(response)?.code == "invalid_nonce" { continue }
            return try Self.credential(in: response)
        }
    }

    private func send(_ message: CredentialRequest) async throws(WalletRefusal) -> ExchangeResponse {
        let request = ExchangeRequest(
            .post, described.metadata.credentialEndpoint,
            headers: [.accept: "application/json", .contentType: "application/json"], body: message.encoded())
        return try await means.send(request, with: access, for: .credential)
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

    private func proof(_ format: IssuedFormat, _ key: PrivateKey) async throws(WalletRefusal) -> String {
        let nonce = try await nonce()
        do {
            return try KeyProofMaker.makeProof(
                key: key, reference: format.keyReference, audience: described.metadata.credentialIssuer, nonce: nonce,
                issuedAt: means.now(), clientID: access.clientID)
        } catch {
            throw .signingFailed
        }
    }

    /// Nonce request, OpenID4VCI 1.0 §7.1.
    private func nonce() async throws(WalletRefusal) -> String {
        guard let endpoint = described.metadata.nonceEndpoint else {
            guard let given = access.nonce else { throw .noNonce }
            return given
        }
        let response = try await means.exchange.send(
            ExchangeRequest(.post, endpoint, headers: [.accept: "application/json"]), for: .nonce)
        guard (200..<300).contains(response.status) else { throw CheckedExchange.refusal(of: response, in: .nonce) }
        // §7.2: the first DPoP proof at the credential endpoint can then have the server's nonce in it.
        means.nonces.take(from: response, of: endpoint)
        guard let nonce = (try? JSON(parsing: response.body))?["c_nonce"]?.string, !nonce.isEmpty else {
            throw .malformedAnswer(.nonce)
        }
        return nonce
    }
}

extension CredentialIssuerMetadata.Configuration {
    /// The key to prove, nil if no proof is wanted.
    fileprivate func key(_ wanted: CredentialReceipt.HolderKey) throws(WalletRefusal) -> PrivateKey? {
        guard let algorithm = try proofAlgorithm() else { return nil }
        switch wanted {
        case .new: return .generate(algorithm)
        case .same(let key):
            guard let key else { return .generate(algorithm) }
            guard proofAlgorithms?.contains(key.algorithm.rawValue) == true else { throw .unsupportedProofAlgorithm }
            return key
        }
    }
}

extension CredentialRenewal {
    fileprivate func naming(_ identifier: String?) -> CredentialRenewal {
        CredentialRenewal(
            authorizationServer: authorizationServer, clientID: clientID,
            credentialIdentifier: identifier ?? credentialIdentifier, refreshToken: refreshToken, key: key)
    }
}

extension ExchangeRequest {
    /// The same request with more headers.
    func adding(_ more: HTTPFields) -> ExchangeRequest {
        var headers = headers
        headers.append(contentsOf: more)
        return ExchangeRequest(method, url, headers: headers, body: body)
    }
}
