import JOSE
import TestSupport
import Testing
import WireFormats

/// Tokens out of RFCs, in the source because they are short.
@Suite("Published JWSs")
struct PublishedJWSTests {
    /// RFC 7515 Appendix A.3.
    private static let es256 = """
        eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl\
        fQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q
        """
    private static let es256Key: JSONObject = [
        "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    ]

    /// RFC 8037 Appendix A.4.
    private static let edDSA = """
        eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4\
        iylGjg5BhVsPt9g7sVvpAr_MuM0KAg
        """
    private static let edDSAKey: JSONObject = [
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]

    @Test("ES256 of RFC 7515 A.3 verifies")
    func rfc7515() throws {
        let verified = try UnverifiedJWS(parsing: Self.es256).verify(with: PublicKey(jwk: Self.es256Key))
        let claims = try JSON(parsing: verified.payload)
        #expect(claims == ["iss": "joe", "exp": 1_300_819_380, "http://example.com/is_root": true])
        #expect(verified.header == ["alg": "ES256"])
    }

    @Test("EdDSA of RFC 8037 A.4 verifies, and signing again gives the same bytes")
    func rfc8037() throws {
        let verified = try UnverifiedJWS(parsing: Self.edDSA).verify(with: PublicKey(jwk: Self.edDSAKey))
        #expect(verified.payload == "Example of Ed25519 signing".bytes)
        let seed = try Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        let key = try PrivateKey(.edDSA, rawRepresentation: seed)
        #expect(key.publicKey.jwk == Self.edDSAKey)
        #expect(try JWSIssuer(signer: key, header: [:]).sign(payload: verified.payload) == Self.edDSA.bytes)
    }

    @Test("The thumbprint of RFC 8037 A.3 comes out, whatever else is in the JWK")
    func thumbprint() throws {
        for jwk in [Self.edDSAKey, Self.edDSAKey.with("kid", "1").with("use", "sig")] {
            let thumbprint = try PublicKey(jwk: jwk).thumbprint
            #expect(Base64URL.encode(thumbprint) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        }
    }

    @Test("The thumbprint of an elliptic curve key is over crv, kty, x and y in that order")
    func ellipticCurveThumbprint() throws {
        let key = try PublicKey(jwk: Self.es256Key)
        #expect(
            JSON.object(key.jwk).description
                == """
                {"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",\
                "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
                """)
        #expect(Base64URL.encode(key.thumbprint) == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }

    @Test("The unsecured JWS of RFC 7515 A.5 is refused")
    func unsecured() {
        #expect(throws: JWSRefusal.unsupportedAlgorithm) {
            try UnverifiedJWS(parsing: "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UifQ.")
        }
    }
}

@Suite("JOSE cookbook", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct CookbookTests {
    @Test(
        "RFC 7520's algorithms are not for everybody: RSA, P-521 and HMAC are refused by name",
        arguments: Vectors.files(in: "jose/jws"))
    func unsupported(file: String) throws {
        let vector = try Vectors.read(file)
        guard let compact = vector["output"]?["compact"]?.string ?? vector["output"]?["compact_detached"]?.string else {
            return
        }
        #expect(throws: JWSRefusal.unsupportedAlgorithm) { try UnverifiedJWS(parsing: compact) }
    }

    @Test("RFC 8037's cookbook token verifies and comes out the same")
    func ed25519() throws {
        let vector = try Vectors.read("jose/curve25519/jws.json")
        let jwk = try #require(vector["input"]?["key"]?.object)
        let compact = try #require(vector["output"]?["compact"]?.string)
        _ = try UnverifiedJWS(parsing: compact).verify(with: PublicKey(jwk: jwk.publicPart))
        let seed = try Base64URL.decode(try #require(jwk["d"]?.string))
        let signed = try JWSIssuer(signer: PrivateKey(.edDSA, rawRepresentation: seed), header: [:])
            .sign(payload: try #require(vector["input"]?["payload"]?.string).bytes)
        #expect(signed == compact.bytes)
    }

    @Test(
        "Keys of RFC 7520 §3 are refused: none is a public key of a supported curve",
        arguments: Vectors.files(in: "jose/jwk"))
    func keys(file: String) throws {
        let jwk = try #require(try Vectors.read(file).object)
        let isPrivate = jwk["d"] != nil || jwk["k"] != nil
        let reason: JWKRefusal =
            isPrivate ? .privateMember : jwk["kty"] == "EC" ? .unsupportedCurve : .unsupportedKeyType
        #expect(throws: reason) { try PublicKey(jwk: jwk) }
    }
}
