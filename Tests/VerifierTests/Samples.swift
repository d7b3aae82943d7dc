import CredentialFormats
import Foundation
import JOSE
import WireFormats

@testable import Verifier

/// A seeded issuer, a seeded holder, and the credentials between them.
enum Samples {
    static let issuerURL = "https://issuer.example/university"
    static let issuerDID = "did:web:issuer.example:university"
    static let vct = "https://issuer.example/vct/student"
    static let issuer = key(1)
    static let otherIssuer = key(2)
    static let holder = key(3)
    static let keyID = Base64URL.encode(issuer.publicKey.thumbprint)
    /// 2026-11-20T00:00:00Z.
    static let now = Date(timeIntervalSince1970: 1_795_132_800)
    static let issuedAt = Int64(now.timeIntervalSince1970) - 3600
    static let expiresAt = Int64(now.timeIntervalSince1970) + 86400

    static func key(_ seed: UInt8) -> PrivateKey {
        // Any 32 bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(.es256, rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func issuerKey(certificates: [[UInt8]] = []) -> IssuerKey {
        IssuerKey(
            signer: issuer, keyID: keyID, certificateChain: certificates, issuerURL: issuerURL, issuerDID: issuerDID)
    }

    static func content(bound: Bool = true, issuedAt: Int64 = issuedAt, expiresAt: Int64 = expiresAt)
        -> CredentialContent
    {
        CredentialContent(
            claims: ClaimTree([
                Claim("given_name", .json("Ana"), isSelectivelyDisclosable: true),
                Claim("family_name", .json("Núñez"), isSelectivelyDisclosable: true),
                Claim("university", .json("Example")),
            ]), holder: bound ? .init(key: holder.publicKey, did: nil) : nil, issuedAt: issuedAt, expiresAt: expiresAt)
    }

    static func sdJWT(_ content: CredentialContent = content(), certificates: [[UInt8]] = []) throws -> [UInt8] {
        try SDJWTVCEncoder(key: issuerKey(certificates: certificates), vct: vct, decoys: 2).issue(content)
    }

    static func w3c(_ model: W3CCredentialType.DataModel, _ content: CredentialContent = content()) throws -> [UInt8] {
        let context =
            model == .version1 ? "https://www.w3.org/2018/credentials/v1" : "https://www.w3.org/ns/credentials/v2"
        let type = W3CCredentialType(
            dataModel: model, types: ["VerifiableCredential", "StudentCard"], contexts: [context])
        return try W3CJWTEncoder(key: issuerKey(), type: type).issue(content)
    }

    /// The payload of a credential with one change, signed again by the issuer.
    static func resigned(
        _ credential: [UInt8], payload edit: (inout JSONObject) -> Void = { _ in },
        header change: (inout JSONObject) -> Void = { _ in }
    ) throws -> [UInt8] {
        let parts = credential.split(separator: UInt8(ascii: "~"), maxSplits: 1, omittingEmptySubsequences: false)
        let jws = try UnverifiedJWS(parsing: Array(parts[0]))
        var header = jws.header
        header["alg"] = nil
        change(&header)
        var payload = try JSON(parsing: jws.payload).object ?? [:]
        edit(&payload)
        let signed = try JWSIssuer(signer: issuer, header: header).sign(payload: JSON.object(payload).encoded())
        return signed + (parts.count == 2 ? [UInt8(ascii: "~")] + parts[1] : [])
    }

    /// The issuer's own key, whatever is asked for.
    static func verify(
        _ credential: [UInt8], _ presentation: CredentialVerifier.PresentationDemand = .nothingAsked,
        at instant: Date = now
    ) async throws -> VerificationReport {
        try await CredentialVerifier(keys: OneKey(key: issuer.publicKey))
            .verify(credential, presentation: presentation, at: instant)
    }
}

/// A resolver that trusts one key.
struct OneKey: IssuerKeyResolver {
    let key: PublicKey

    func findKey(for query: IssuerKeyQuery) async throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        IssuerKeyFinding(key: key, source: "in the test")
    }
}

/// Documents by address.
struct Library: DocumentFetcher {
    var documents: [String: JSON] = [:]

    func fetch(_ url: String, accept: String, acceptLanguage: String?) async throws(FetchFailure) -> FetchedDocument {
        guard let document = documents[url] else { return FetchedDocument(status: 404, contentType: nil, body: []) }
        return FetchedDocument(status: 200, contentType: "application/json", body: document.encoded())
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}

extension [UInt8] {
    var text: String { String(decoding: self, as: UTF8.self) }
}
