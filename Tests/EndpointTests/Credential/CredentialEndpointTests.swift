import Foundation
import HTTPTypes
import JOSE
import OpenID4VCI
import Testing
import Verifier
import WebServer
import WireFormats

/// What a good credential request gets, OpenID4VCI 1.0 §8.3.
@Suite struct CredentialEndpointTests {
    @Test("A credential comes as JSON that nobody may store")
    func issues() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = try await issuer.credentialCall(issuer.token()).send()
        #expect(reply.status == 200)
        #expect(reply.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        let credential = try CredentialResponse(parsing: reply.body).credentials[0]
        #expect(
            try reply.json == ["credentials": [["credential": .string(String(decoding: credential, as: UTF8.self))]]])
    }

    @Test(
        "Keys of every algorithm, named in every way, are bound into the credential",
        arguments: SignatureAlgorithm.allCases, [KeyProofMaker.KeyReference.jwk, .didJWK, .didKey])
    func binds(_ algorithm: SignatureAlgorithm, _ reference: KeyProofMaker.KeyReference) async throws {
        let issuer = try await TestIssuer.withPeople()
        let key = PrivateKey.generate(algorithm)
        let token = try await issuer.token(["card", "diploma", "record"])
        for configuration in ["card", "diploma", "record"] {
            var call = try await issuer.credentialCall(token, configuration)
            call.setProofs([
                try KeyProofMaker.makeProof(
                    key: key, reference: reference, audience: issuer.identifier, nonce: try await issuer.nonce(),
                    issuedAt: issuer.clock.now, clientID: "wallet")
            ])
            let credential = try CredentialResponse(parsing: try await call.send().body).credentials[0]
            let report = try await issuer.verify(credential)
            #expect(report.isValid)
            #expect(report.content?.holderKey == key.publicKey)
        }
    }

    @Test("The single proof of old drafts is as good as proofs")
    func takesSingleProof() async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token())
        call.members["proof"] = ["proof_type": "jwt", "jwt": .string(try call.proof.signed())]
        #expect(try await call.send().status == 200)
    }

    @Test("A batch has one credential for each key, in their order, with the same claims and times")
    func issuesBatch() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        var call = try await issuer.credentialCall(issuer.redeem(offer))
        let proofs = [call.proof, call.anotherProof(), call.anotherProof(nonce: try await issuer.nonce())]
        call.setProofs(try proofs.map { try $0.signed() })
        let credentials = try CredentialResponse(parsing: try await call.send().body).credentials
        var reports: [VerificationReport] = []
        for credential in credentials { reports.append(try await issuer.verify(credential)) }
        #expect(reports.map { $0.content?.holderKey } == proofs.map(\.key.publicKey))
        #expect(Set(reports.map { $0.content?.issuedAt }).count == 1)
        #expect(Set(reports.map { $0.content?.expiresAt }).count == 1)
        #expect(reports.allSatisfy { $0.content?.claims == reports[0].content?.claims })
        let last = try await issuer.timeline(of: offer).last
        #expect(last?["credentials"] == 3)
        #expect(last?["credential_configuration_id"] == "card")
    }

    @Test("Times of a credential are whole hours, so that they link nothing")
    func roundsTimes() async throws {
        let issuer = try await TestIssuer.withPeople()
        issuer.clock.advance(by: 1234)
        let report = try await issuer.verify(issuer.credential(issuer.token()))
        #expect(report.content?.issuedAt == TestClock.start)
        #expect(report.content?.expiresAt == TestClock.start.addingTimeInterval(30 * 86400))
    }

    @Test("Unknown members are ignored everywhere")
    func ignoresUnknownMembers() async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token())
        call.query = "?a=b&c"
        call.headers[.contentType] = "Application/JSON; charset=utf-8"
        call.members["lorem"] = ["ipsum": [1, 2, .null]]
        call.members["format"] = "dc+sd-jwt"
        call.proof.header["lorem"] = "ipsum"
        call.proof.jwk("lorem", "ipsum")
        call.proof.claims["lorem"] = ["ipsum"]
        call.proof.claims["iss"] = "wallet"
        #expect(try await call.send().status == 200)
    }

    @Test("A proof may be as old as a nonce, and a minute from the future", arguments: [Int64(-120), 60])
    func toleratesClocks(_ seconds: Int64) async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token())
        call.proof.move("iat", by: seconds)
        #expect(try await call.send().status == 200)
    }

    @Test("The audience may stand in an array of one")
    func takesAudienceArray() async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token())
        call.proof.claims["aud"] = [.string(issuer.identifier)]
        #expect(try await call.send().status == 200)
    }

    @Test("A credential that is not bound to a key needs no proof and can be had again")
    func issuesUnbound() async throws {
        let yaml = TestConfiguration.standard.replacing(
            "scope: diploma", with: "scope: diploma\n    key_binding: false")
        let issuer = try await TestIssuer.withPeople(yaml)
        let call = try await issuer.credentialCall(issuer.token(["diploma"]), "diploma")
        for _ in 0..<2 {
            let reply = await call.sendWithoutProof()
            let credential = try CredentialResponse(parsing: reply.body).credentials[0]
            let report = try await issuer.verify(credential)
            #expect(report.isValid)
            #expect(report.content?.holderKey == nil)
        }
    }

    @Test("A nonce is new each time, and nobody may store it")
    func makesNonces() async throws {
        let issuer = try await TestIssuer.withPeople()
        let reply = await issuer.send(.post, "/issuance/oid4vci/nonce")
        #expect(reply.status == 200)
        #expect(reply.headers == [.contentType: "application/json", .cacheControl: "no-store"])
        #expect(try reply.json == ["c_nonce": .string(try reply.string("c_nonce"))])
        #expect(try await issuer.nonce() != issuer.nonce())
    }
}
