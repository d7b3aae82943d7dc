import Foundation
import HTTPTypes
import JOSE
import OAuth
import PersonVault
import Testing
import WireFormats

@Suite("Vault")
struct VaultTests {
    private static let settings = ProviderSettings(sharesData: true)

    private func made() async throws -> VaultHand {
        let hand = try await VaultHand(TestProvider(Self.settings))
        let reply = try await hand.call(.post, "", hand.creation())
        try #require(reply.status == 201, "\(reply.text)")
        return hand
    }

    // MARK: Tokens

    @Test("A token is for the page of a session, and for its key")
    func guardsTokens() async throws {
        let hand = try await VaultHand(TestProvider(Self.settings))
        #expect(try await hand.askForToken(csrf: "x").status == 403)
        #expect(try await hand.askForToken(headers: [.origin: "https://evil.example.net"]).status == 403)
        #expect(try await hand.askForToken(proof: "x").string("error") == "invalid_dpop_proof")
        let issuer = hand.provider.issuer
        let proof = try hand.proofs.proof(
            method: .post, url: issuer.identifier + VaultHand.tokenPath, now: issuer.clock.now)
        #expect(try await hand.askForToken(proof: proof).status == 200)
        #expect(try await hand.askForToken(proof: proof).status == 401)
    }

    @Test("Every request has a proof of its own, by the token's key, for this request")
    func wantsProofs() async throws {
        let hand = try await made()
        let good = try hand.headers(.get, "")
        #expect(try await hand.call(.get, "", headers: good).status == 200)
        let replayed = try await hand.call(.get, "", headers: good)
        #expect(replayed.status == 401 && replayed.text.contains("used before"))
        let others: [HTTPFields] = [
            try hand.headers(.get, "/deposits"), try hand.headers(.post, ""),
            try hand.headers(.get, "", by: DPoPProofMaker(key: .generateP256())),
            [.authorization: "Bearer " + hand.token], [:],
        ]
        for headers in others { #expect(try await hand.call(.get, "", headers: headers).status == 401) }
    }

    @Test("A token ends after ten minutes, and with its session")
    func endsTokens() async throws {
        let hand = try await made()
        hand.provider.issuer.clock.advance(by: 599)
        #expect(try await hand.call(.get).status == 200)
        hand.provider.issuer.clock.advance(by: 2)
        #expect(try await hand.call(.get).string("error") == "invalid_token")
        hand.token = try await hand.askForToken().string("access_token")
        #expect(try await hand.call(.get).status == 200)
        let page = try await hand.browser.account()
        _ = await hand.browser.submit(try page.form("sign-out"))
        #expect(try await hand.call(.get).string("error") == "invalid_token")
    }

    @Test("Another person's token shows their own vault, not this one")
    func keepsPeopleApart() async throws {
        let hand = try await made()
        let other = try await VaultHand(hand.provider, as: .ulrich)
        #expect(try await other.call(.get).string("error") == "no_vault")
        let way = try #require(try await hand.ways("passkey").first)
        let unlocking = try await other.call(.post, "/unlock", ["way": .string(way)])
        #expect(try unlocking.string("error") == "no_vault")
        let altered = hand.token.dropLast(8) + "AAAAAAAA"
        hand.token = String(altered)
        #expect(try await hand.call(.get).string("error") == "invalid_token")
    }

    // MARK: Making

    @Test("What is shown has no secret in it; there is one vault for a person")
    func showsVault() async throws {
        let hand = try await made()
        let shown = try await hand.call(.get)
        #expect(shown.headers[.cacheControl] == "no-store")
        #expect(try shown.json["sig"]?["kid"] == .string(Base64URL.encode(hand.signing.publicKey.thumbprint)))
        #expect(try shown.json["ways"]?.array?.count == 2)
        for secret in ["wrapped_key", "verifier", "private"] { #expect(!shown.text.contains(secret)) }
        #expect(try await hand.call(.post, "", hand.creation()).string("error") == "vault_exists")
    }

    @Test(
        "A vault that is not as it must be is refused, and the member named",
        arguments: [
            ("ways", "one way", "too_few_ways"), ("ways", "eleven ways", "invalid_request"),
            ("ways", "the same id twice", "invalid_request"), ("statement", "other keys", "invalid_request"),
            ("statement", "another signer", "invalid_request"), ("enc", "a private key", "invalid_request"),
            ("enc.kid", "another kid", "invalid_request"), ("sig", "no point", "invalid_request"),
            ("private_keys.enc", "too short", "invalid_request"), ("body", "a member more", "invalid_request"),
            ("ways[0].wrapped_key", "too long", "invalid_request"),
            ("ways[1].iterations", "too few rounds", "invalid_request"),
            ("ways[1].name", "too long a name", "invalid_request"),
        ])
    func refusesVaults(path: String, fault: String, code: String) async throws {
        let hand = try await VaultHand(TestProvider(Self.settings))
        let message = try hand.creation { Self.spoil(&$0, fault, hand) }
        let reply = try await hand.call(.post, "", message)
        #expect(try reply.string("error") == code, "\(reply.text)")
        if code == "invalid_request" { #expect(try reply.string("error_description").hasPrefix(path + ":")) }
        #expect(try await hand.call(.get).string("error") == "no_vault")
    }

    private static func spoil(_ message: inout JSONObject, _ fault: String, _ hand: VaultHand) {
        let ways = message["ways"]?.array ?? []
        func with(_ object: JSON?, _ name: String, _ value: JSON) -> JSON {
            var object = object?.object ?? JSONObject()
            object[name] = value
            return .object(object)
        }
        switch fault {
        case "one way": message["ways"] = .array([ways[0]])
        case "eleven ways": message["ways"] = .array((0..<11).map { _ in VaultHand.way("passkey") })
        case "the same id twice": message["ways"] = .array([ways[0], ways[0]])
        case "other keys":
            hand.encryption = .generateP256()
            message["enc"] = VaultHand.jwk(hand.encryption, "enc", "ECDH-ES+A256KW")
        case "another signer":
            let claims: JSONObject = [
                "enc": message["enc"] ?? .null, "sig": message["sig"] ?? .null,
                "iat": .integer(hand.provider.issuer.clock.now.wholeSeconds),
            ]
            message["statement"] = (try? hand.sign("person-key+jwt", claims, by: .generateP256())).map(JSON.string)
        case "a private key": message["enc"] = with(message["enc"], "d", VaultHand.text(32))
        case "another kid": message["enc"] = with(message["enc"], "kid", VaultHand.text(32))
        case "no point": message["sig"] = with(message["sig"], "x", VaultHand.text(32))
        case "too short": message["private_keys"] = with(message["private_keys"], "enc", VaultHand.text(40))
        case "a member more": message["vault_key"] = VaultHand.text(32)
        case "too long": message["ways"] = .array([with(ways[0], "wrapped_key", VaultHand.text(61)), ways[1]])
        case "too few rounds": message["ways"] = .array([ways[0], with(ways[1], "iterations", 599_999)])
        default:
            message["ways"] = .array([ways[0], with(ways[1], "name", .string(String(repeating: "n", count: 61)))])
        }
    }

    @Test("A message that is too large is not read")
    func limitsSize() async throws {
        let hand = try await VaultHand(TestProvider(Self.settings))
        let large = try hand.creation { $0["statement"] = .string(String(repeating: "a", count: 40_000)) }
        #expect(try await hand.call(.post, "", large).status == 413)
    }

    // MARK: Opening

    @Test("The wrapped vault key is given for the right verifier, and for a passkey without one")
    func unlocks() async throws {
        let hand = try await made()
        let password = try #require(try await hand.ways("password").first)
        let passkey = try #require(try await hand.ways("passkey").first)
        let right: JSON = ["way": .string(password), "verifier": .string(Base64URL.encode(VaultHand.verifier))]
        let wrong: JSON = ["way": .string(password), "verifier": VaultHand.text(32)]
        #expect(try await hand.call(.post, "/unlock", right).json["wrapped_key"]?.string?.count == 80)
        #expect(try await hand.call(.post, "/unlock", wrong).string("error") == "wrong_verifier")
        #expect(try await hand.call(.post, "/unlock", ["way": .string(password)]).string("error") == "invalid_request")
        #expect(try await hand.call(.post, "/unlock", ["way": .string(passkey)]).status == 200)
        #expect(try await hand.call(.post, "/unlock", ["way": VaultHand.text(16)]).string("error") == "unknown_way")
        let used = try await hand.call(.get).json["ways"]?.array?.compactMap { $0["last_used_at"]?.integer } ?? []
        #expect(used == [Int64](repeating: hand.provider.issuer.clock.now.wholeSeconds, count: 2))
    }

    @Test("After ten wrong verifiers not even the right one is compared, for a quarter of an hour")
    func limitsGuesses() async throws {
        let hand = try await made()
        let password = try #require(try await hand.ways("password").first)
        let right: JSON = ["way": .string(password), "verifier": .string(Base64URL.encode(VaultHand.verifier))]
        for _ in 0..<10 {
            let wrong: JSON = ["way": .string(password), "verifier": VaultHand.text(32)]
            #expect(try await hand.call(.post, "/unlock", wrong).status == 403)
        }
        let refused = try await hand.call(.post, "/unlock", right)
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "900")
        hand.provider.issuer.clock.advance(by: 901)
        hand.token = try await hand.askForToken().string("access_token")
        #expect(try await hand.call(.post, "/unlock", right).status == 200)
    }

    // MARK: Changing

    @Test("Ways are added and removed by the person's signature alone, and two stay")
    func changesWays() async throws {
        let hand = try await made()
        let way = VaultHand.way("recovery")
        let members: JSONObject = ["way": way]
        let bad: [JSON] = [
            try hand.change("add_way", members, by: .generateP256()),
            try hand.change("add_way", members, type: "person-key+jwt"),
            try hand.change("add_way", ["way": way, "aud": "https://other.example.org"]),
            try hand.change(
                "add_way", ["way": way, "iat": .integer(hand.provider.issuer.clock.now.wholeSeconds - 301)]),
        ]
        for change in bad {
            #expect(try await hand.call(.post, "/ways", change).string("error") == "invalid_change")
        }
        #expect(try await hand.call(.post, "/ways", ["way": way]).string("error") == "invalid_request")
        let change = try hand.change("add_way", members)
        #expect(try await hand.call(.post, "/ways", change).status == 200)
        #expect(try await hand.call(.post, "/ways", change).string("error") == "stale_change")
        let path = "/ways/" + (try #require(way["id"]?.string))
        let removal = try hand.change("remove_way", ["way": way["id"] ?? .null], version: 2)
        let other = try #require(try await hand.ways("passkey").first)
        #expect(try await hand.call(.delete, "/ways/" + other, removal).string("error") == "invalid_request")
        #expect(try await hand.call(.delete, path, removal).status == 200)
        let last = try hand.change("remove_way", ["way": .string(other)], version: 3)
        #expect(try await hand.call(.delete, "/ways/" + other, last).string("error") == "too_few_ways")
    }

    @Test("Keys are replaced by the old signature, and the old encryption key stays wrapped in the vault")
    func rotatesKeys() async throws {
        let hand = try await made()
        let (old, oldEncryption) = (hand.signing, hand.encryption)
        (hand.signing, hand.encryption) = (.generateP256(), .generateP256())
        let own = try hand.change("rotate", hand.keys(signedBy: hand.signing), by: hand.signing)
        #expect(try await hand.call(.post, "/keys", own).string("error") == "invalid_change")
        let unlinked = try hand.change("rotate", hand.keys(), by: old)
        #expect(try await hand.call(.post, "/keys", unlinked).string("error") == "invalid_request")
        let rotation = try hand.change("rotate", hand.keys(signedBy: old), by: old)
        let reply = try await hand.call(.post, "/keys", rotation)
        #expect(reply.status == 200, "\(reply.text)")
        #expect(try reply.json["statements"]?.array?.count == 2)
        let passkey = try #require(try await hand.ways("passkey").first)
        let opened = try await hand.call(.post, "/unlock", ["way": .string(passkey)])
        let kept = try opened.json["private_keys"]?.object?.names ?? []
        let wanted = [oldEncryption, hand.encryption, hand.signing].map { Base64URL.encode($0.publicKey.thumbprint) }
        #expect(Set(kept) == Set(wanted))
        let again = try hand.change("add_way", ["way": VaultHand.way("recovery")], version: 2, by: old)
        #expect(try await hand.call(.post, "/ways", again).string("error") == "invalid_change")
    }

    @Test("There are no deposits of others, and none where nobody has made one")
    func listsDeposits() async throws {
        let hand = try await made()
        #expect(try await hand.call(.get, "/deposits").json["deposits"] == .array([]))
        let id = TicketID(at: hand.provider.issuer.clock.now).text
        #expect(try await hand.call(.get, "/deposits/" + id).string("error") == "unknown_deposit")
        #expect(try await hand.call(.delete, "/deposits/" + id).string("error") == "unknown_deposit")
    }

    @Test("Where no data is shared there are no vaults")
    func isOffWithoutSharing() async throws {
        let provider = try await TestProvider()
        #expect(!(try await TestBrowser(provider).account()).has("vault-link"))
        #expect(await provider.issuer.send(.get, provider.issuer.path + VaultEndpoint.path).status == 404)
    }
}
