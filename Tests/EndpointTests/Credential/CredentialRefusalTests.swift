import HTTPTypes
import JOSE
import Testing
import WireFormats

/// OpenID4VCI 1.0 §8.3.1: what is wrong is told by the specified code, and costs nothing.
@Suite struct CredentialRefusalTests {
    @Test(
        "A bad credential request gets its code, is in the timeline, and the token still works",
        arguments: [
            BadCredentialRequest.malformed, BadCredentialRequest.unreadableProofs,
            BadCredentialRequest.proofsWithBadKeys, BadCredentialRequest.proofsWithBadClaims,
            BadCredentialRequest.batches, BadCredentialRequest.unknown, BadCredentialRequest.badTokens,
        ].flatMap { $0 })
    func refuses(_ bad: BadCredentialRequest) async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let token = try await issuer.redeem(offer)
        let before = try await issuer.timeline(of: offer)
        let call = try await issuer.credentialCall(token)

        try expect(try await bad.send(call), is: bad.refusal)

        let added = try await issuer.timeline(of: offer).dropFirst(before.count)
        let expected = bad.reason.map { reason -> [JSON] in
            [
                [
                    "at": "2026-11-20T00:00:00.000Z", "step": "credential", "outcome": "refused",
                    "error": .string(bad.refusal.code), "reason": .string(reason),
                ]
            ]
        }
        #expect(Array(added) == expected ?? [])
        // Not even the nonce is lost.
        #expect(try await call.send().status == 200)
    }

    @Test("A body larger than 64 KiB is refused unread, and the token still works")
    func refusesOversizedBody() async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token())
        let good = call
        call.members["padding"] = .string(String(repeating: "x", count: 64 << 10))
        try expect(
            try await call.send(), is: .init(413, "invalid_request", "The body is larger than 65536 bytes"))
        #expect(try await good.send().status == 200)
    }
}

extension BadCredentialRequest {
    static let batches: [BadCredentialRequest] = [
        BadCredentialRequest(
            "no proof", .init("invalid_proof", "A key proof is needed: send proofs"), reason: "no key proof"
        ) { await $0.sendWithoutProof() },
        .changed(
            "no proof in proofs", .init("invalid_proof", "proofs has no proof in it"),
            reason: "proofs has no proof in it"
        ) { $0.setProofs([]) },
        .changed(
            "too many proofs", .malformed("At most 3 proofs are accepted in one request"), reason: "too many key proofs"
        ) { call in
            call.setProofs(try (0..<4).map { [call] _ in try call.anotherProof().signed() })
        },
        .changed(
            "the same key twice", .init("invalid_proof", "Two proofs are for the same key"),
            reason: "two key proofs for one key"
        ) { call in
            call.setProofs([try call.proof.signed(), try call.proof.signed()])
        },
        .changed(
            "one bad proof of several", .init("invalid_proof", "The signature does not verify"),
            reason: "key proof: The signature does not verify"
        ) { call in
            var bad = call.anotherProof()
            bad.key = .generateP256()
            call.setProofs([try call.proof.signed(), try bad.signed()])
        },
        .changed("a made-up nonce", .nonce, reason: "the nonce was not made by this issuer") {
            $0.proof.claims["nonce"] = "c0ffee"
        },
        BadCredentialRequest("the nonce of another issuer", .nonce, reason: "the nonce was not made by this issuer") {
            var call = $0
            call.proof.claims["nonce"] = .string(try await TestIssuer().nonce())
            return try await call.send()
        },
        BadCredentialRequest("one spent nonce of two", .nonce, reason: "the nonce was already used") { call in
            let spent = try await call.issuer.nonce()
            var earlier = try await call.issuer.credentialCall(call.issuer.token())
            earlier.proof.claims["nonce"] = .string(spent)
            #expect(try await earlier.send().status == 200)
            var call = call
            call.setProofs([try call.proof.signed(), try call.anotherProof(nonce: spent).signed()])
            return try await call.send()
        },
    ]

    static let unknown: [BadCredentialRequest] = [
        .changed(
            "an unknown configuration",
            .init("unknown_credential_configuration", "This issuer has no such credential configuration"),
            reason: "unknown credential_configuration_id"
        ) { $0.members["credential_configuration_id"] = "passport" },
        .changed(
            "an identifier",
            .init("unknown_credential_identifier", "This issuer gave no such credential_identifier"),
            reason: "unknown credential_identifier"
        ) { call in
            call.members["credential_configuration_id"] = nil
            call.members["credential_identifier"] = "card"
        },
        .changed(
            "a configuration that was not offered",
            .init(403, "insufficient_scope", "The access token is not for this credential", challenge: .withError),
            reason: "the offer does not have this credential configuration"
        ) { $0.members["credential_configuration_id"] = "diploma" },
    ]

    private static let inQuery = ExpectedRefusal(
        "invalid_request", "Send the access token in the Authorization header", challenge: .withError)
    private static let malformedToken = ExpectedRefusal(
        "invalid_request", "The access token is malformed", challenge: .withError)
    private static let severalTokens = ExpectedRefusal(
        "invalid_request", "Send the access token in one way only", challenge: .withError)
    private static let noToken = ExpectedRefusal(
        401, "invalid_token", "An access token is needed", challenge: .bareOfBoth)

    static let badTokens: [BadCredentialRequest] = [
        .changed("no token", noToken, reason: nil) { $0.headers[.authorization] = nil },
        .changed("another scheme", noToken, reason: nil) { $0.headers[.authorization] = "Basic dXNlcjpwYXNz" },
        .changed("a token in the query alone", inQuery, reason: nil) { call in
            call.query = "?access_token=" + (call.headers[.authorization]?.dropFirst(7) ?? "")
            call.headers[.authorization] = nil
        },
        .changed("a token in the query too", inQuery, reason: nil) { call in
            call.query = "?a=b&access_token=" + (call.headers[.authorization]?.dropFirst(7) ?? "")
        },
        .changed("two tokens", severalTokens, reason: nil) { call in
            call.headers.append(HTTPField(name: .authorization, value: call.headers[.authorization] ?? ""))
        },
        .changed("a token with a space", malformedToken, reason: nil) { $0.headers[.authorization]? += " x" },
        .changed("a scheme without token", malformedToken, reason: nil) { $0.headers[.authorization] = "Bearer" },
        .changed("a made-up token", .noSuchToken, reason: nil) { $0.headers[.authorization] = "Bearer c0ffee" },
        .changed("a token with one character changed", .noSuchToken, reason: nil) { call in
            let token = call.headers[.authorization] ?? ""
            call.headers[.authorization] = token.dropLast() + (token.hasSuffix("A") ? "Q" : "A")
        },
        .changed("a nonce as token", .noSuchToken, reason: nil) {
            $0.headers[.authorization] = "Bearer " + ($0.proof.claims["nonce"]?.string ?? "")
        },
    ]
}
