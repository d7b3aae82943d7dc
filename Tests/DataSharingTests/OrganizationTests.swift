import Crypto
import DataSharing
import JOSE
import Testing
import WireFormats

@Suite("Organizations")
struct OrganizationTests {
    static let key = P256.Signing.PrivateKey()

    static func jwk(_ changes: JSONObject = [:], key: P256.Signing.PrivateKey = key) -> JSON {
        var jwk = PublicKey.p256(key.publicKey).jwk
        jwk["kid"] = "k1"
        jwk["use"] = "sig"
        for member in changes.members { jwk[member.name] = member.value == .null ? JSON?.none : member.value }
        return .object(jwk)
    }

    static func document(_ changes: JSONObject = [:]) -> JSON {
        var object: JSONObject = [
            "id": "shop", "roles": ["market"], "display": [["locale": "en", "name": "Shop"]],
            "jwks": ["keys": [jwk()]], "market_uri": "https://shop.example/market", "partners": ["bank"],
        ]
        for member in changes.members { object[member.name] = member.value == .null ? JSON?.none : member.value }
        return .object(object)
    }

    @Test("What is read is written again")
    func roundTrip() throws {
        let organization = try Organization(json: Self.document())
        #expect(organization.state == .pending)
        #expect(try Organization(json: organization.json) == organization)
        #expect(organization.keys.signatureKey("k1") != nil && organization.keys.signatureKey("k2") == nil)
    }

    static let bad: [(changes: JSONObject, path: String)] = [
        (["id": "s"], "id"), (["id": "Shop"], "id"), (["id": "-shop"], "id"), (["id": nil], "id"),
        (["roles": []], "roles"), (["roles": ["market", "market"]], "roles"), (["roles": ["hub"]], "roles"),
        (["display": []], "display"), (["market_uri": nil], "market_uri"),
        (["market_uri": "http://shop.example/"], "market_uri"),
        (["market_uri": "https://shop.example/?a"], "market_uri"),
        (["market_uri": "https://user@shop.example/"], "market_uri"), (["state": "gone"], "state"),
        (["notification_uri": "ftp://a"], "notification_uri"), (["partners": "all"], "partners"),
        (["partners": ["bank", "bank"]], "partners[1]"), (["partners": ["B"]], "partners[0]"),
        (["roles": ["provider"]], "market_uri"), (["roles": ["market", "provider"]], "redirect_uris"),
        (["redirect_uris": ["http://bank.example/"]], "redirect_uris"), (["other": 1], "other"),
        (["jwks": nil], "jwks"), (["jwks": ["keys": []]], "jwks"),
        (["jwks": ["keys": [jwk(), jwk()]]], "jwks.keys[1].kid"),
        (["jwks": ["keys": [jwk(["kid": nil])]]], "jwks.keys[0].kid"),
        (["jwks": ["keys": [jwk(["use": nil])]]], "jwks.keys[0].use"),
        (["jwks": ["keys": [jwk(["d": "AA"])]]], "jwks.keys[0]"),
        (["jwks": ["keys": [jwk(["x": "AA"])]]], "jwks.keys[0].x"),
        (["jwks": ["keys": [jwk(["use": "enc"])]]], "jwks"),
        (["jwks": ["keys": [jwk(["alg": "ECDH-ES"])]]], "jwks.keys[0]"),
    ]

    @Test("Each mistake is told by its path", arguments: bad.indices)
    func refuses(_ index: Int) throws {
        let problems = try #require(throws: PathProblems.self) {
            try Organization(json: Self.document(Self.bad[index].changes))
        }
        #expect(problems.all.map(\.path).contains(Self.bad[index].path))
    }

    @Test("Data goes where both sides admit each other, and both are approved")
    func partners() throws {
        var shop = try Organization(json: Self.document(["state": "approved"]))
        var bank = try Organization(
            json: Self.document([
                "id": "bank", "roles": ["provider"], "market_uri": nil, "redirect_uris": ["https://bank.example/cb"],
                "partners": "any", "state": "approved",
            ]))
        #expect(shop.offers(to: bank))
        #expect(!bank.offers(to: shop))
        shop.partners = .listed([])
        #expect(!shop.offers(to: bank))
        shop.partners = .any
        bank.partners = .listed([])
        #expect(!shop.offers(to: bank))
        bank.partners = .any
        bank.state = .suspended
        #expect(!shop.offers(to: bank))
    }
}
