import Crypto
import JOSE
import TestSupport
import Testing
import WireFormats

/// JWEs out of RFCs, and some that another implementation made.
@Suite("Published JWEs")
struct PublishedJWETests {
    /// RFC 7516 Appendix A.1.7.
    private static let rsaOAEP = """
        eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JG\
        eipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp\
        5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9Q\
        cfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALv\
        tu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ
        """

    @Test("RSA-OAEP with A256GCM of RFC 7516 A.1 opens")
    func rfc7516() throws {
        let opened = try JWE.decrypt(
            Self.rsaOAEP, with: JWESamples.rsa, allowing: [.rsaOAEP], encryptions: [.a256GCM])
        #expect(
            String(decoding: opened.plaintext, as: UTF8.self)
                == "The true sign of intelligence is not knowledge but imagination.")
        #expect(opened.header == ["alg": "RSA-OAEP", "enc": "A256GCM"])
    }

    @Test("The key agreement of RFC 7518 Appendix C comes out, from either side")
    func rfc7518() throws {
        let alice = try P256.KeyAgreement.PrivateKey(
            rawRepresentation: Base64URL.decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"))
        guard case .p256(let bob) = JWESamples.p256 else {
            Issue.record("a sample of another type")
            return
        }
        for secret in [
            try alice.sharedSecretFromKeyAgreement(with: bob.publicKey),
            try bob.sharedSecretFromKeyAgreement(with: alice.publicKey),
        ] {
            let derived = ConcatKDF.deriveKey(
                from: secret.withUnsafeBytes { Array($0) }, algorithm: "A128GCM", partyU: "Alice".bytes,
                partyV: "Bob".bytes, length: 16)
            #expect(Base64URL.encode(derived) == "VqqN6vgjbSBcIijNcacQGg")
        }
    }

    @Test("A longer key begins with neither a shorter one nor itself twice")
    func longKeys() {
        let keys = [16, 32, 64].map { length in
            ConcatKDF.deriveKey(from: [1], algorithm: "A", partyU: [], partyV: [], length: length)
        }
        #expect(keys.map(\.count) == [16, 32, 64])
        #expect(Array(keys[1].prefix(16)) != keys[0])
        #expect(keys[2].prefix(32) != keys[2].suffix(32))
    }

    /// Made with jwcrypto 1.6.1, to the keys of RFC 7516 A.1, RFC 7518 Appendix C and RFC 7520 §5.4.
    private static let foreign: [(key: JWEPrivateKey, algorithm: KeyManagementAlgorithm, jwe: String)] = [
        (
            JWESamples.rsa, .rsaOAEP256,
            """
            eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMjU2Q0JDLUhTNTEyIiwgImN0eSI6ICJKV1QifQ.jReu121ZYVzGtQZ9hvqlXZe\
            5mSVFRIqh41ubNIBx64oIO94dWQUt_aD7henjb2U-4nDEcO_D0zOQZphMHwJZNPPClviEdjYw8tF6AR_GJeovZ1IFZxrBdtI2xHO_AeqoS\
            7vhdFvuwdA58khAhgeR3a80yi66i9ZsNTvMzMCx5M6hExDKsWdpaSm0pWkoE7iRUVwpQ8OAkHO3Tv7xlV5vfN67ieWn8gCl_yC6N8OGqYn\
            ZPg4sN-yro_wDZS635NB8FwgKrAJndMMHVZ_qf7_B-FRS51MproURXc9QKO1h10oTcIWoPdi4Clqge3AgFtVDQS88zGeV-Kmj5lXpGcbuz\
            w.K6paH3Q6gOmJoWwMoolkRQ.p1jxTpxXUiAHpPxB9Wj9aLRFouiZkASVwwXQIJYaJ1MB87n7uRmdNY9k6hv_4zrR.hgVN55Y5oricyijY\
            pbfTvUjaTZpwmD6T3KHtLf-lCTA
            """
        ),
        (
            JWESamples.rsa, .rsaOAEP256,
            """
            eyJhbGciOiAiUlNBLU9BRVAtMjU2IiwgImVuYyI6ICJBMTI4R0NNIiwgImN0eSI6ICJKV1QifQ.BpS4pKfLmBJfU4O3xQKvhGJFzZ2EaJC\
            hYx5jK9UE2XneKZZ4oQdSnQ-xIvlR0tVvOb_FcfrgyQYirNd2OLRrZ9UhqZiuc3NR8zoSoef5c-ZnMqoqufHX2G7CStiCRkQ14jCx2ziEc\
            SIdaRJznqHrLyPo4rXZj9vh6fHTiZflQfoJAQ8DktQ-F6RW9MGGJ4sDjjOXJJs3CV9RqmbzkxEFqmTh6j9PprdNTfheZFYPq-s2Q4d7iWC\
            4qVk9DNPO1ef3MF1JhT7et6mAjW6Pwj5FGqkKd3f3HvXJGu8grH3oluo0Uo298qX_BMYThLfzanB7G6s8EIDAiwDVUvlPXrzDUQ.FDB_JE\
            uLJKM23qhr.k5RZ0XZgxxkAEw8sYM4wZJjSpwsrTWjaT9wCoJDIB4oCIsU.05NjPdsZs3p6wwqyjkcDWQ
            """
        ),
        (
            JWESamples.p256, .ecdhES,
            """
            eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiUVd4cFkyVSIsImFwdiI6IlFtOWkiLCJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIi\
            wiZXBrIjp7ImNydiI6IlAtMjU2Iiwia3R5IjoiRUMiLCJ4IjoibkNLWk9tNHpwQWZJOFk5ZmpIcnFCRk5FWjcxcW5BaVpCVklwSHkteTZr\
            MCIsInkiOiJhdTVxWUw4cVNUQVRDTDZmaEY0S1lIU0ZpYUpPVDVWY2xIbk5wUXplbmdJIn19..kG9U0ZXA52i477P3UIo7VA.o2k40TrFA\
            KhYmkth1Nu1keHxQ1A63_o3094ByM9fvL1V7OiovMdFO8g12Qd9VDvu.GX0bvVlalvDYCFS9cvNj_6WvnBUUxem7ydnS4ZvIQuc
            """
        ),
        (
            JWESamples.p256, .ecdhESA256KW,
            """
            eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOi\
            JFQyIsIngiOiJyV2RQNlNyWVMxeFkwZm13NUZic1JkalJOWGRzaUlBcnFvQzJUTFBreXg4IiwieSI6IkJkbXFROXI4T3hlWjBoZ1plbi1x\
            bUR2MVFUcmVnc3VuSXJPN19oYlBoaU0ifX0.d4rh1slW0vhfcyiDTkCFuentJbft8JGziur73ajsiAHrj_89U95JjA.zfeNoZMgLKvw3ca\
            _.Sgrgf6RSRifRnlTC4u9N4liCoTF-FhJOUlcsGByTePsG9QI.xKWRQ5K3TvpbZRk8o4irOA
            """
        ),
        (
            JWESamples.p384, .ecdhESA256KW,
            """
            eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImN0eSI6IkpXVCIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJlcGsiOnsiY3J2IjoiUC0zODQiLC\
            JrdHkiOiJFQyIsIngiOiJ2YTk1Q1oxNzVqRlRwOGtNNHdOYzNrRTJGUk55bmVUVTJoeVk4OG9KMWttbnNhZ0V4OU5rWThDSHJsbUV1czgx\
            IiwieSI6Il9uTEFpQWtISVFNZ0FWUU5SNlNRMERPTHBudi1RUUJtZWtDTHJiWXo1c184QXdDamRBUE9zcmREdzVVMklzb0wifX0.PYw-Ua\
            cAXykQmKWQHMryf8DhgCq-QdEl6hyuhWrEBV6SGMiNpxCqB06YwFZzdB1fkSWpluMTruXckh0jJyN4XUm2xL73Qrim.3nSzo8FCFNFPMMy\
            2i9i1fw.2SU6FYhQowgsiYBi9uNW5pwFE4F3rt71zr-6EcT-ifpkjJ3zxZX1Y3jqrhbdBKNU.3LArZwJF-KYMf7NaPjdOFBUMjUhU0dps0\
            swOOxs0k_E
            """
        ),
    ]

    @Test("What another implementation encrypted opens", arguments: foreign.indices)
    func interoperable(index: Int) throws {
        let (key, algorithm, jwe) = Self.foreign[index]
        let opened = try JWE.decrypt(
            jwe, with: key, allowing: [algorithm], encryptions: Set(ContentEncryption.allCases))
        #expect(opened.plaintext == "Encrypted by another implementation".bytes)
        #expect(opened.header["cty"] == "JWT")
    }
}

@Suite("JOSE cookbook, JWE", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct JWECookbookTests {
    private static let every = Set(KeyManagementAlgorithm.allCases)
    private static let supported = ["5_2.", "5_4.", "5_5."]

    private static func files() -> [String] { Vectors.files(in: "jose/jwe") }

    private func privateKey(_ jwk: JSONObject) throws -> JWEPrivateKey {
        guard jwk["kty"] == "EC" else {
            return .rsa(try RSADecryptionKey(derRepresentation: RSASamples.derRepresentation(jwk)))
        }
        let secret = try Base64URL.decode(try #require(jwk["d"]?.string))
        return jwk["crv"] == "P-256"
            ? .p256(try P256.KeyAgreement.PrivateKey(rawRepresentation: secret))
            : .p384(try P384.KeyAgreement.PrivateKey(rawRepresentation: secret))
    }

    @Test("RFC 7520 §5.2, §5.4 and §5.5 open, and we can answer to those keys", arguments: supported)
    func opens(section: String) throws {
        let file = try #require(Vectors.files(in: "jose/jwe", prefix: section).first)
        let vector = try Vectors.read(file)
        let jwk = try #require(vector["input"]?["key"]?.object)
        let key = try privateKey(jwk)
        let sealed = try SealedJWE(parsing: try #require(vector["output"]?["compact"]?.string))
        let opened = try sealed.open(with: key, allowing: [sealed.algorithm], encryptions: [sealed.encryption])
        #expect(opened.plaintext == vector["input"]?["plaintext"]?.string?.bytes)
        #expect(opened.header == vector["encrypting_content"]?["protected"]?.object)

        var publicJWK = key.publicJWK
        for name in ["kid", "use", "alg"] { publicJWK[name] = jwk[name] }
        let recipient = try JWERecipient(jwk: publicJWK, algorithm: sealed.algorithm)
        let answer = try JWE.encrypt(opened.plaintext, to: recipient, encryption: sealed.encryption)
        let again = try JWE.decrypt(answer, with: key, allowing: Self.every, encryptions: [sealed.encryption])
        #expect(again.plaintext == opened.plaintext)
        #expect(again.header["kid"] == jwk["kid"])
    }

    @Test("RFC 7520's other algorithms, and compression, are refused", arguments: files())
    func refused(file: String) throws {
        guard !Self.supported.contains(where: { file.contains("/" + $0) }),
            let compact = try Vectors.read(file)["output"]?["compact"]?.string
        else { return }
        #expect(throws: JWERefusal.unsupportedAlgorithm) { try SealedJWE(parsing: compact) }
    }

    @Test("ECDH-ES on X25519 is refused by its key type")
    func x25519() throws {
        let vector = try Vectors.read("jose/curve25519/ecdh-es.json")
        let compact = try #require(vector["output"]?["compact"]?.string)
        #expect(throws: JWERefusal.ephemeralKey(.unsupportedKeyType)) {
            try JWE.decrypt(compact, with: JWESamples.p256, allowing: Self.every, encryptions: [.a128GCM])
        }
        let jwk = try #require(vector["input"]?["key"]?.object).publicPart
        #expect(throws: JWKRefusal.unsupportedKeyType) { try JWERecipient(jwk: jwk, algorithm: .ecdhES) }
    }

    @Test("The encrypted response of OpenID4VP opens")
    func openID4VP() throws {
        let vector = try Vectors.read("openid4vp/encrypted-response.json")
        let jwk = try #require(vector["private_key"]?.object)
        let opened = try JWE.decrypt(
            try #require(vector["jwe"]?.string), with: privateKey(jwk), allowing: [.ecdhES], encryptions: [.a128GCM])
        #expect(opened.plaintext == vector["plaintext"]?.string?.bytes)
        #expect(opened.header == vector["header"]?.object)
        #expect(try JWERecipient(jwk: jwk.publicPart).algorithm == .ecdhES)
    }
}
