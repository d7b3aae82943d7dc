import CredentialFormats
import Crypto
import JOSE
import TestSupport
import WireFormats

/// A seeded issuer, a seeded holder, and SD-JWTs made by hand where the encoder would not make them.
enum Samples {
    static let issuer = key(1)
    static let holder = key(3)
    static let issuedAt: Int64 = 1_795_132_800
    static let expiresAt: Int64 = 1_795_219_200

    static func key(_ seed: UInt8) -> PrivateKey {
        // Any 32 bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(.es256, rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func issuerKey(certificates: [[UInt8]] = []) -> IssuerKey {
        IssuerKey(
            signer: issuer, keyID: Base64URL.encode(issuer.publicKey.thumbprint), certificateChain: certificates,
            issuerURL: "https://issuer.example/university", issuerDID: "did:web:issuer.example:university")
    }

    static func content(_ claims: ClaimTree, bound: Bool = true, did: String? = nil) -> CredentialContent {
        CredentialContent(
            claims: claims, holder: bound ? .init(key: holder.publicKey, did: did) : nil, issuedAt: issuedAt,
            expiresAt: expiresAt)
    }

    static func issue(_ claims: ClaimTree, decoys: Int = 0, bound: Bool = true) throws -> [UInt8] {
        try SDJWTVCEncoder(key: issuerKey(), vct: "https://issuer.example/student", decoys: decoys)
            .issue(content(claims, bound: bound))
    }

    /// A disclosure as sent, of whatever JSON.
    static func disclosure(_ json: String) -> String {
        Base64URL.encode(json.bytes)
    }

    static func digest(_ disclosure: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: disclosure.bytes)))
    }

    /// An SD-JWT of any payload and disclosures, signed by ``issuer``, without key binding.
    static func sdJWT(payload: String, _ disclosures: [String] = []) throws -> String {
        let signed = try JWSIssuer(signer: issuer, header: ["typ": "dc+sd-jwt"]).sign(payload: payload.bytes)
        return ([signed.text] + disclosures).joined(separator: "~") + "~"
    }

    static func verify(_ compact: String) throws(SDJWTRefusal) -> VerifiedSDJWT {
        try UnverifiedSDJWT(parsing: compact).verify(with: issuer.publicKey)
    }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
