import Crypto
import DataSharing
import Foundation
import JOSE
import OAuth
import WireFormats

/// A service provider: what it asks for, and how it looks at what it gets.
struct SharingProvider: Sendable {
    static let id = "bank"
    static let redirectURI = "https://bank.example/callback"

    let issuer: String
    private let signing = PrivateKey.generateP256()
    private let decryption = P256.KeyAgreement.PrivateKey()
    private let encryptionKey: PublicEncryptionKey
    private let assertions: ClientAssertionMaker
    private let requests: RequestObjectMaker
    private let marketKeys: VerificationKeys

    /// - Parameter marketKeys: a JWK Set.
    init(issuer: String, marketKeys: JSON) throws {
        self.issuer = issuer
        encryptionKey = try PublicEncryptionKey(jwk: JWEPrivateKey.p256(decryption).publicJWK)
        let keyID = Base64URL.encode(signing.publicKey.thumbprint)
        assertions = ClientAssertionMaker(signer: signing, keyID: keyID, clientID: Self.id)
        requests = RequestObjectMaker(signer: signing, keyID: keyID, clientID: Self.id, audience: issuer)
        let market = try OrganizationKeys(json: marketKeys, at: .root)
        self.marketKeys = VerificationKeys { keyID, _ in keyID.flatMap { market.signatureKey($0) }.map { [$0] } ?? [] }
    }

    var jwks: JSON {
        var signature = signing.publicKey.jwk
        signature["use"] = "sig"
        signature["alg"] = "ES256"
        signature["kid"] = .string(Base64URL.encode(signing.publicKey.thumbprint))
        return ["keys": [.object(signature), .object(encryptionKey.jwk)]]
    }

    var organization: JSON {
        [
            "id": .string(Self.id), "roles": ["provider"], "display": [["locale": "en", "name": "Bank"]],
            "jwks": jwks, "partners": "any", "redirect_uris": [.string(Self.redirectURI)],
        ]
    }

    /// The signed request object for all of the scope.
    func request(_ verifier: CodeVerifier, dpop thumbprint: String, now: Date) throws -> String {
        var request = AuthorizationRequest(clientID: Self.id, redirectURI: Self.redirectURI)
        request.scopes = ["openid", SharingInstallation.scope]
        request.state = Base64URL.encode(secureRandomBytes(16))
        request.nonce = Base64URL.encode(secureRandomBytes(16))
        request.codeChallenge = verifier.challenge
        request.dpopKeyThumbprint = thumbprint
        let detail = DataSharingDetail(
            scope: SharingInstallation.scope, claims: .all, purpose: "To offer you our premium account",
            encryptionKey: encryptionKey)
        return try requests.sign(request, adding: ["authorization_details": .array([detail.json])], now: now)
    }

    /// With a client assertion of its own, in form encoding.
    func form(_ fields: [(String, String)], now: Date) throws -> String {
        let assertion = try assertions.assertion(audience: issuer, now: now)
        let all =
            fields + [("client_id", Self.id)] + ClientAssertionMaker.parameters(assertion).map { ($0.name, $0.value) }
        return all.map { $0.0 + "=" + FormParameters.percentEncode($0.1) }.joined(separator: "&")
    }

    /// Whether an ID token brings what was asked for, encrypted to this provider's key, under this approval.
    ///
    /// - Parameter opening: whether to open it, and verify by whom it is and for which request.
    func check(
        _ idToken: String, request: String, approval: String, opening: Bool, now: Date
    ) throws {
        let parts = idToken.split(separator: ".")
        guard parts.count == 3, let payload = try? JSON(parsing: Base64URL.decode(String(parts[1]))),
            let entry = payload["encrypted_scopes"]?[SharingInstallation.scope]
        else { throw BenchFailure("nothing is shared: \(idToken)") }
        guard entry["approval"] == .string(approval), let jwe = entry["jwe"]?.string else {
            throw BenchFailure("another approval, or no JWE: \(entry)")
        }
        let sealed = try SealedMessage(checking: jwe, content: .release, recipient: .key(id: encryptionKey.keyID))
        guard opening else { return }
        let release = try VerifiedRelease(
            opening: sealed, with: .p256(decryption),
            expecting: ReleaseExpectation(
                signedBy: .market(uri: entry["market_uri"]?.string ?? "", keys: marketKeys), clientID: Self.id,
                scope: SharingInstallation.scope, version: 1, requestHash: MessageHash(of: request),
                approvalHash: MessageHash(of: approval), now: Int64(now.timeIntervalSince1970)))
        guard case .presentation(let values) = release.release.values, values.split(separator: "~").count == 6 else {
            throw BenchFailure("not all five claims are in the release")
        }
    }
}
