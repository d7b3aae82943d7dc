import JOSE
import TestSupport
import Testing
import WireFormats

@Suite("JWS issuing")
struct JWSIssuerTests {
    @Test("What is signed verifies, with alg first in the header", arguments: SignatureAlgorithm.allCases)
    func roundtrip(algorithm: SignatureAlgorithm) throws {
        let key = PrivateKey.generate(algorithm)
        let token = try JWSIssuer(signer: key, header: ["typ": "JWT", "kid": "k"]).sign(
            payload: "{\"é\":1}".bytes, reserving: 9)
        let verified = try UnverifiedJWS(parsing: token).verify(with: key.publicKey)
        #expect(verified.payload == "{\"é\":1}".bytes)
        #expect(verified.header.names == ["alg", "typ", "kid"])
        #expect(verified.header["alg"] == .string(algorithm.rawValue))
        #expect(verified.key == key.publicKey)
    }

    @Test("A private key comes back from its stored bytes", arguments: SignatureAlgorithm.allCases)
    func stored(algorithm: SignatureAlgorithm) throws {
        let key = PrivateKey.generate(algorithm)
        let again = try PrivateKey(algorithm, rawRepresentation: key.rawRepresentation)
        #expect(again.publicKey == key.publicKey)
        #expect(PrivateKey.generate(algorithm).publicKey != key.publicKey)
    }

    @Test("Bytes that are no private key are refused", arguments: SignatureAlgorithm.allCases)
    func noKey(algorithm: SignatureAlgorithm) {
        #expect(throws: (any Error).self) { try PrivateKey(algorithm, rawRepresentation: [1, 2, 3]) }
        guard algorithm != .edDSA else { return }
        let length = algorithm == .es384 ? 48 : 32
        for byte in [0, 0xFF] as [UInt8] {
            #expect(throws: (any Error).self) {
                try PrivateKey(algorithm, rawRepresentation: [UInt8](repeating: byte, count: length))
            }
        }
    }

    @Test("Random bytes have the length asked for and are not the same twice", arguments: [0, 1, 255, 256, 257, 1000])
    func random(count: Int) {
        let bytes = secureRandomBytes(count)
        #expect(bytes.count == count)
        if count >= 16 {
            #expect(bytes != secureRandomBytes(count))
            #expect(Set(bytes.suffix(16)).count > 1)
        }
    }
}
