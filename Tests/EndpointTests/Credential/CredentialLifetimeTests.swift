import Foundation
import HTTPTypes
import SQLStatements
import Storage
import Testing
import WireFormats

@testable import vouchsafe

/// What single use and time do to nonces and access tokens.
@Suite struct CredentialLifetimeTests {
    @Test("A nonce is good for one credential request")
    func spendsNonce() async throws {
        let issuer = try await TestIssuer.withPeople()
        let token = try await issuer.token()
        let call = try await issuer.credentialCall(token)
        #expect(try await call.send().status == 200)
        try expect(try await call.send(), is: .nonce)
        #expect(try await issuer.credentialCall(token).send().status == 200)
    }

    @Test(
        "A nonce is good for its lifetime to the second and not longer",
        arguments: [(120.0, true), (120.002, false)])
    func nonceExpires(after age: Double, isGood: Bool) async throws {
        let issuer = try await TestIssuer.withPeople()
        let token = try await issuer.token()
        var call = try await issuer.credentialCall(token)
        issuer.clock.advance(by: age)
        call.proof.claims["iat"] = .integer(Int64(issuer.clock.now.timeIntervalSince1970))
        let reply = try await call.send()
        if isGood {
            #expect(reply.status == 200)
        } else {
            try expect(reply, is: .nonce)
            #expect(try await issuer.credentialCall(token).send().status == 200)
        }
    }

    @Test("An access token is good for several requests until it expires")
    func tokenExpires() async throws {
        let issuer = try await TestIssuer.withPeople()
        let token = try await issuer.token(["card", "diploma"])
        _ = try await issuer.credential(token, "card")
        issuer.clock.advance(by: 239)
        _ = try await issuer.credential(token, "diploma")
        _ = try await issuer.credential(token, "card")
        issuer.clock.advance(by: 1)
        try expect(try await issuer.credentialCall(token).send(), is: .noSuchToken)
    }

    @Test("The access token of a cancelled offer dies at once")
    func cancellationEndsToken() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let token = try await issuer.redeem(offer)
        _ = try await issuer.credential(token)
        #expect(await issuer.manage(.delete, "/offers/" + offer.id).status == 204)
        try expect(try await issuer.credentialCall(token).send(), is: .noSuchToken)
    }

    @Test("A cancellation by another process ends a token that this one knows already")
    func cancellationElsewhereEndsToken() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let token = try await issuer.redeem(offer)
        _ = try await issuer.credential(token)
        let elsewhere = try await issuer.openDatabaseAgain()
        try await elsewhere.change("UPDATE offers SET cancelled_at = $1", .integer(1))
        await elsewhere.close()
        for _ in 0..<2 { try expect(try await issuer.credentialCall(token).send(), is: .noSuchToken) }
        #expect(
            try await issuer.timeline(of: offer).count { $0["step"] == "credential" && $0["outcome"] == "done" } == 1)
    }

    @Test("A person who went missing from the registry is denied the credential, and the operator told why")
    func deniesWithoutClaims() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let token = try await issuer.redeem(offer)
        try await issuer.installation.database.change("DELETE FROM people WHERE id = 'p-1'")
        try expect(
            try await issuer.credentialCall(token).send(),
            is: .init("credential_request_denied", "The issuer has not the data that this credential needs"))
        let last = try await issuer.timeline(of: offer).last
        #expect(last?["reason"] == "the registry has nobody by that id")
    }
}
