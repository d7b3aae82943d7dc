import CredentialFormats
import Foundation
import JOSE
import OAuth
import Portal
import Verifier
import WireFormats

/// Credentials of an issuer in memory.
enum TestCredentials {
    static let issuer = "https://issuer.example/university"
    static let vct = "https://issuer.example/vct/student"
    /// 2026-11-20T00:00:00Z.
    static let start = Date(timeIntervalSince1970: 1_795_132_800)
    static let key = seededKey(1)
    static let holder = seededKey(2)
    static let portrait = "data:image/png;base64," + String(repeating: "iVBORw0KGgo", count: 400)

    static func seededKey(_ seed: UInt8) -> PrivateKey {
        // Any 32 bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(.es256, rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static var issuerKey: IssuerKey {
        IssuerKey(
            signer: key, keyID: Base64URL.encode(key.publicKey.thumbprint), certificateChain: [], issuerURL: issuer,
            issuerDID: "did:web:issuer.example:university")
    }

    static var publicKeys: JSON {
        var jwk = key.publicKey.jwk
        jwk["kid"] = .string(Base64URL.encode(key.publicKey.thumbprint))
        return ["keys": [.object(jwk)]]
    }

    static func content(_ claims: ClaimTree, boundTo holder: PublicKey? = nil) -> CredentialContent {
        let now = Int64(start.timeIntervalSince1970)
        return CredentialContent(
            claims: claims, holder: holder.map { CredentialContent.Holder(key: $0, did: nil) }, issuedAt: now - 60,
            expiresAt: now + 365 * 86_400)
    }

    static func sdJWT(_ claims: ClaimTree, boundTo holder: PublicKey? = nil) throws -> String {
        let encoder = SDJWTVCEncoder(key: issuerKey, vct: vct, decoys: 1)
        return String(decoding: try encoder.issue(content(claims, boundTo: holder)), as: UTF8.self)
    }

    static func w3cJWT(_ claims: ClaimTree, boundTo holder: PublicKey? = nil) throws -> String {
        let type = W3CCredentialType(
            dataModel: .version1, types: ["VerifiableCredential", "StudentCard"],
            contexts: ["https://www.w3.org/2018/credentials/v1"])
        let encoder = W3CJWTEncoder(key: issuerKey, type: type)
        return String(decoding: try encoder.issue(content(claims, boundTo: holder)), as: UTF8.self)
    }

    /// As `vouchsafe verify` would with the issuer's keys.
    static func verify(_ text: String) async throws -> VerificationReport {
        let trust = try TrustFile(parsing: publicKeys.encoded())
        return try await CredentialVerifier(keys: trust).verify(Array(text.utf8), at: start)
    }

    /// The claims of a student, every one of which may be withheld but the last.
    static func student(
        name: JSON = "Ana",
        with more: [Claim] = [Claim("portrait", .json(.string(portrait)), isSelectivelyDisclosable: true)]
    ) -> ClaimTree {
        ClaimTree(
            [
                Claim("given_name", .json(name), isSelectivelyDisclosable: true),
                Claim("email", .json("ana@students.example"), isSelectivelyDisclosable: true),
                Claim("honours", .json(true), isSelectivelyDisclosable: true),
                Claim(
                    "address",
                    .nested(
                        ClaimTree([
                            Claim("street_address", .json("Quay 12"), isSelectivelyDisclosable: true),
                            Claim("locality", .json("Northmere")),
                        ])), isSelectivelyDisclosable: true),
                Claim(
                    "languages",
                    .array([
                        ClaimValue.Element(.json("French"), isSelectivelyDisclosable: true),
                        ClaimValue.Element(.json("Norse")),
                    ])),
            ] + more + [Claim("university", .json("Northmere"))])
    }

    static let described = CatalogueCredential(
        id: "student", name: text("Student card", fr: "Carte d’étudiant", uk: "Студентський квиток"),
        issuer: text("Northmere University", fr: "Université de Northmere", uk: "Університет Нортмір"),
        backgroundColor: "#1f3a5f",
        claims: [
            ClaimName(path: ["university"], text: text("University")),
            ClaimName(path: ["given_name"], text: text("Given name", fr: "Prénom", uk: "Ім’я")),
            ClaimName(path: ["portrait"], text: text("Portrait", fr: "Portrait", uk: "Фотографія")),
            ClaimName(path: ["address"], text: text("Address", fr: "Adresse", uk: "Адреса")),
            ClaimName(path: ["address", "street_address"], text: text("Street", fr: "Rue", uk: "Вулиця")),
        ])

    static func text(_ english: String, fr: String? = nil, uk: String? = nil) -> LocalizedText {
        let all = [("en", english), ("fr", fr), ("uk", uk)].compactMap { language, text in
            text.map { LocalizedText.Entry(language: language, text: $0) }
        }
        return LocalizedText(all) ?? LocalizedText(english)
    }

    /// A credential as the portal has it when it was issued.
    static func inHand(
        _ claims: ClaimTree = student(), bound: Bool = false, email: String? = "ana@students.example"
    ) throws -> CredentialInHand {
        var privateJWK = holder.publicKey.jwk
        privateJWK["d"] = .string(Base64URL.encode(holder.rawRepresentation))
        return CredentialInHand(
            text: try sdJWT(claims, boundTo: bound ? holder.publicKey : nil), format: "dc+sd-jwt",
            claims: claims.object, issuedAt: start.addingTimeInterval(-60),
            expiresAt: start.addingTimeInterval(365 * 86_400), holderKey: bound ? privateJWK : nil,
            email: email.flatMap(RegisteredAddress.init), access: ["token": "at-secret"])
    }
}
