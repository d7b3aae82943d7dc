import HTTPTypes
import Testing
import WireFormats

/// What logs must never hold.
@Suite struct LogTests {
    @Test("Logs at the lowest level hold no tokens, codes, nonces, proofs, credentials, names or claims")
    func holdsNoSecrets() async throws {
        let issuer = try await TestIssuer.withPeople()
        var secrets = ["Zubeida", "Ångström", "Quine", "1999-02-03", "Pushkina", "Lermontova", "2000-01-01"]
        let pushed = try await issuer.makeOffer(
            claims: ["given_name": "Pushkina", "family_name": "Lermontova", "birth_date": "2000-01-01"])
        let offer = try await issuer.makeOffer(txCode: true)
        secrets += [pushed.code, offer.code, try #require(offer.txCode), issuer.managementKey]

        _ = await issuer.tokenRequest(code: offer.code, txCode: "wrong-tx-code")
        let token = try await issuer.redeem(offer)
        let call = try await issuer.credentialCall(token)
        let proof = try call.proof.signed()
        secrets += [token, "wrong-tx-code", proof, call.proof.claims["nonce"]?.string ?? "?"]
        let good = try await call.send()
        let credential = try #require(try good.json["credentials"]?.array?.first?["credential"]?.string)
        secrets.append(String(credential.prefix(80)))
        _ = try await call.send()

        for bad in BadCredentialRequest.malformed + BadCredentialRequest.unreadableProofs
            + BadCredentialRequest.proofsWithBadKeys + BadCredentialRequest.proofsWithBadClaims
            + BadCredentialRequest.batches + BadCredentialRequest.unknown + BadCredentialRequest.badTokens
        {
            _ = try await bad.send(issuer.credentialCall(token))
        }
        for bad in BadTokenRequest.all { _ = await bad.send(issuer, pushed) }
        for bad in BadOrder.all {
            _ = await issuer.manage(.post, "/offers", headers: [.contentType: "application/json"], body: bad.body)
        }
        _ = await issuer.manage(
            .post, "/registry/people", headers: [.contentType: "text/csv"], body: Array("id\np-1,Zubeida".utf8))
        _ = await issuer.send(.get, "/keys", headers: [.authorization: "Bearer wrong-management-key"], to: .management)
        secrets.append("wrong-management-key")
        _ = try await issuer.redeem(pushed)

        let log = issuer.log.lines
        #expect(log.count > 100)
        for secret in secrets { #expect(!log.contains { $0.contains(secret) }, "\(secret)") }
        #expect(log.contains { $0.contains("invalid_nonce") })
        #expect(!log.contains { $0.hasPrefix("error") }, "\(log.filter { $0.hasPrefix("error") })")
    }
}
