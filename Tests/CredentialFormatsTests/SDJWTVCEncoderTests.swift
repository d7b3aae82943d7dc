import CredentialFormats
import Foundation
import JOSE
import Testing
import WireFormats

@Suite("Issuing dc+sd-jwt")
struct SDJWTVCEncoderTests {
    private let claims = ClaimTree([
        Claim("university", .json("Example")),
        Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true),
        Claim("family_name", .json("Núñez"), isSelectivelyDisclosable: true),
        Claim("birthdate", .json("2001-02-03"), isSelectivelyDisclosable: true),
    ])

    private func payload(_ credential: [UInt8]) throws -> JSONObject {
        try Samples.verify(credential.text).issuedPayload
    }

    @Test("Header and payload are those of an SD-JWT VC")
    func shape() throws {
        let encoder = SDJWTVCEncoder(key: Samples.issuerKey(certificates: [[1, 2], [3]]), vct: "urn:vct", decoys: 0)
        let verified = try Samples.verify(encoder.issue(Samples.content(claims)).text)
        #expect(verified.header.names == ["alg", "typ", "kid", "x5c"])
        #expect(verified.header["typ"] == "dc+sd-jwt")
        #expect(verified.header["kid"] == .string(Base64URL.encode(Samples.issuer.publicKey.thumbprint)))
        #expect(verified.header["x5c"] == ["AQI=", "Aw=="])
        #expect(verified.issuedPayload.names == ["iss", "vct", "iat", "exp", "cnf", "university", "_sd", "_sd_alg"])
        #expect(verified.payload["iss"] == "https://issuer.example/university")
        #expect(verified.payload["vct"] == "urn:vct")
        #expect(verified.payload["iat"] == .integer(Samples.issuedAt))
        #expect(verified.payload["exp"] == .integer(Samples.expiresAt))
        #expect(verified.payload["cnf"] == ["jwk": .object(Samples.holder.publicKey.jwk)])
        #expect(verified.issuedPayload["_sd_alg"] == "sha-256")
    }

    @Test("A bearer credential has no cnf, an issuer without certificates no x5c, and no key binding is made")
    func bearer() throws {
        let credential = try Samples.issue(claims, bound: false)
        let verified = try Samples.verify(credential.text)
        #expect(verified.payload["cnf"] == nil)
        #expect(try verified.holderKey() == nil)
        #expect(verified.header["x5c"] == nil)
        #expect(credential.last == UInt8(ascii: "~"))
        #expect(try UnverifiedSDJWT(parsing: credential).keyBindingJWT == nil)
    }

    @Test("Digests are sorted and not in the order of the claims", arguments: [0, 5])
    func sorted(decoys: Int) throws {
        var orders = Set<[Int?]>()
        for _ in 0..<40 {
            let credential = try Samples.issue(claims, decoys: decoys)
            let list = try #require(try payload(credential)["_sd"]?.array?.map { $0.string ?? "" })
            #expect(list == list.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            let disclosures = try UnverifiedSDJWT(parsing: credential).disclosures
            orders.insert(disclosures.map { list.firstIndex(of: Samples.digest($0.text)) })
        }
        // Forty fresh orders of three digests all alike: one in 6^39.
        #expect(orders.count > 1)
    }

    @Test("Decoys add their number of digests that look like any other", arguments: [0, 1, 7])
    func decoys(count: Int) throws {
        let credential = try Samples.issue(claims, decoys: count)
        let digests = try #require(try payload(credential)["_sd"]?.array)
        #expect(digests.count == 3 + count)
        #expect(Set(digests.map(\.description)).count == 3 + count)
        for digest in digests { #expect(try Base64URL.decode(digest.string ?? "").count == 32) }
        #expect(try Samples.verify(credential.text).withheldCount == count)
    }

    @Test("Without anything to withhold there is no trace of selective disclosure, decoys or not", arguments: [0, 4])
    func nothingSelective(decoys: Int) throws {
        let plain = ClaimTree([
            Claim("a", .json(1)), Claim("n", .nested(ClaimTree([Claim("b", .json(2))]))),
            Claim("l", .array([.init(.json(3))])),
        ])
        let credential = try Samples.issue(plain, decoys: decoys)
        #expect(try payload(credential).names == ["iss", "vct", "iat", "exp", "cnf", "a", "n", "l"])
        #expect(credential.filter { $0 == UInt8(ascii: "~") }.count == 1)
        #expect(!JSON.object(try payload(credential)).description.contains("_sd"))
    }

    @Test("Salts are 128 bits and fresh in every credential")
    func salts() throws {
        var salts: [String] = []
        for _ in 0..<20 {
            for disclosure in try UnverifiedSDJWT(parsing: Samples.issue(claims)).disclosures {
                let elements = try #require(try JSON(parsing: Base64URL.decode(disclosure[...])).array)
                salts.append(try #require(elements[0].string))
            }
        }
        #expect(salts.count == 60)
        #expect(Set(salts).count == 60)
        for salt in salts { #expect(try Base64URL.decode(salt).count == 16) }
    }

    @Test("Two credentials of the same claims share no digest, decoys included")
    func unlinkable() throws {
        let first = try #require(try payload(Samples.issue(claims, decoys: 3))["_sd"]?.array?.map(\.description))
        let second = try #require(try payload(Samples.issue(claims, decoys: 3))["_sd"]?.array?.map(\.description))
        #expect(Set(first).isDisjoint(with: second))
    }

    @Test("What the holder withholds is gone, and nothing else")
    func withholding() throws {
        let parts = try Samples.issue(claims).text.split(separator: "~")
        let verified = try Samples.verify(parts[0] + "~" + parts[2] + "~")
        #expect(verified.payload["family_name"] == "Núñez")
        #expect(verified.payload["given_name"] == nil)
        #expect(verified.payload["university"] == "Example")
        #expect(verified.withheldCount == 2)
    }

    @Test("Disclosures inside disclosures, in nested objects and in arrays all come back")
    func recursive() throws {
        let address = ClaimTree([
            Claim("street", .json("Rúa 1"), isSelectivelyDisclosable: true), Claim("country", .json("ES")),
        ])
        let tree = ClaimTree([
            Claim("address", .nested(address), isSelectivelyDisclosable: true), Claim("home", .nested(address)),
            Claim(
                "nationalities",
                .array([
                    .init(.json("ES"), isSelectivelyDisclosable: true), .init(.json("PT")),
                    .init(.nested(address), isSelectivelyDisclosable: true),
                    .init(.array([.init(.json(1), isSelectivelyDisclosable: true)]), isSelectivelyDisclosable: true),
                ]), isSelectivelyDisclosable: true),
        ])
        let credential = try Samples.issue(tree)
        #expect(try UnverifiedSDJWT(parsing: credential).disclosures.count == 9)
        let verified = try Samples.verify(credential.text)
        for claim in tree.claims { #expect(verified.payload[claim.name] == claim.value.json) }
        #expect(verified.withheldCount == 0)
        let nothing = try Samples.verify(credential.text.prefix { $0 != "~" } + "~")
        #expect(nothing.payload["address"] == nil)
        #expect(nothing.payload["home"] == ["country": "ES"])
        #expect(nothing.payload["nationalities"] == nil)
        #expect(nothing.withheldCount == 3)
    }
}
