import JOSE
import OAuth
import Testing
import WireFormats

@Suite("Texts of refusals")
struct WireTextTests {
    private static let faults: [JWTFault] =
        [
            .wrongType, .algorithmNotAllowed, .noMatchingKey, .claimsNotJSONObject, .missingClaim("iat"),
            .malformedClaim("iat"), .wrongIssuer, .wrongSubject, .wrongAudience, .expired, .lastsTooLong, .notYetValid,
            .stale, .fromTheFuture,
        ]
        + ([
            .tooLong, .notCompact, .headerNotJSONObject, .missingAlgorithm, .unsupportedAlgorithm, .criticalExtension,
            .keyOfOtherAlgorithm, .invalidSignature,
        ] as [JWSRefusal]).map(JWTFault.jws)

    private static let pkce: [PKCERefusal] = [
        .missingChallenge, .plainMethod, .unsupportedMethod, .methodWithoutChallenge, .malformedChallenge,
        .missingVerifier, .malformedVerifier, .verifierWithoutChallenge, .wrongVerifier,
    ]

    private static let dpop: [DPoPRefusal] =
        [
            .missing, .repeated, .noKey, .key(.privateMember), .key(.unsupportedCurve), .wrongMethod, .wrongAddress,
            .otherAccessToken, .replayed, .otherKey, .nonceNeeded, .nonceUnusable,
        ] + faults.map(DPoPRefusal.jwt)

    private static let clients: [ClientAuthenticationRefusal] =
        [
            .severalMethods, .differentClientIDs, .malformedClientID, .malformedHeader, .unsupportedAssertionType,
            .missingAssertion, .incompleteAttestation, .attestedKey(.privateMember), .untrustedAttester,
            .challengeNeeded, .challengeUnusable, .attestationTooOld, .replayed, .noClient,
            .unknownClient(.clientSecretPost), .wrongSecret(.clientSecretBasic), .methodNotAllowed(.attestation),
        ] + faults.map(ClientAuthenticationRefusal.assertion) + faults.map(ClientAuthenticationRefusal.attestation)
        + faults.map(ClientAuthenticationRefusal.attestationProof)

    private static let requests: [AuthorizationRequestRefusal] =
        [
            .form(.mediaType), .missing("client_id"), .tooLong("state"), .malformed("max_age"),
            .unsupportedResponseType, .unsupportedResponseMode, .promptNoneWithOthers, .scope, .target,
            .requestAndRequestURI, .nestedRequest, .requestNotSupported, .requestURINotSupported, .requestURI,
            .authorizationDetails(.unknownConfiguration), .requestObject(.nested),
            .requestObject(.replayed),
        ] + pkce.map(AuthorizationRequestRefusal.pkce)
        + faults.map { AuthorizationRequestRefusal.requestObject(.jwt($0)) }
        + ([.notJSONObject, .section, .claim, .valueAndValues, .purpose, .tooMany] as [ClaimsRequestMalformation])
        .map(AuthorizationRequestRefusal.claims)

    private static var all: [any Refusal] { pkce + dpop + clients + requests }

    @Test("Every code and description can stand in a header and in an error response")
    func characters() {
        for refusal in Self.all {
            let wire = refusal.wire
            #expect(!wire.code.isEmpty && !wire.description.isEmpty && !refusal.reason.isEmpty)
            #expect((wire.code + wire.description).utf8.allSatisfy { (0x20...0x7E).contains($0) })
            #expect(!wire.description.contains("\"") && !wire.description.contains("\\"))
            #expect(wire.code.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) })
        }
    }

    @Test("An operator can tell one refusal from another")
    func reasons() {
        for refusals in [Self.pkce, Self.dpop, Self.requests] as [[any Refusal]] {
            #expect(Set(refusals.map(\.reason)).count == refusals.count)
        }
    }
}

@Suite("Keys of another party")
struct VerificationKeysTests {
    private func expectation(_ keys: VerificationKeys) -> TokenExpectation {
        TokenExpectation(issuer: Sample.issuer, audience: "https://rs.example", keys: keys, now: Sample.now)
    }

    private func token() throws -> String {
        try AccessTokenJWTMaker(signer: Sample.key(), keyID: "k").sign(AccessTokens.claims)
    }

    @Test("The closure is asked for the identifier and the algorithm that the token states")
    func asked() throws {
        let keys = VerificationKeys { keyID, algorithm in
            keyID == "k" && algorithm == .es256 ? [Sample.key().publicKey] : []
        }
        #expect(try AccessTokenJWT(verifying: token(), expecting: expectation(keys)).claims.identifier == "j")
    }

    @Test("No more than eight keys are tried for one token, none of another algorithm")
    func bounded() throws {
        func keys(before count: UInt8) -> VerificationKeys {
            VerificationKeys { _, _ in
                [Sample.key(.edDSA).publicKey] + (0..<count).map { Sample.key(seed: 20 + $0).publicKey }
                    + [Sample.key().publicKey]
            }
        }
        let token = try token()
        #expect(try AccessTokenJWT(verifying: token, expecting: expectation(keys(before: 7))).claims.identifier == "j")
        #expect(throws: JWTFault.jws(.invalidSignature)) {
            try AccessTokenJWT(verifying: token, expecting: expectation(keys(before: 8)))
        }
    }

    @Test("A published set has keys for signatures only by their own algorithm")
    func set() throws {
        let set = try PublicJWKSet(["keys": [.object(Sample.key().publicKey.jwk.with("kid", "k"))]])
        #expect(
            try AccessTokenJWT(verifying: token(), expecting: expectation(VerificationKeys(set))).claims.identifier
                == "j")
        let other = try PublicJWKSet(["keys": [.object(Sample.key().publicKey.jwk.with("kid", "x"))]])
        #expect(throws: JWTFault.noMatchingKey) {
            try AccessTokenJWT(verifying: token(), expecting: expectation(VerificationKeys(other)))
        }
    }
}
