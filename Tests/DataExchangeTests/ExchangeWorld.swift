import Crypto
import DataMarket
import DataSharing
import Foundation
import HTTPTypes
import JOSE
import OAuth
import Storage
import Testing
import WireFormats

/// A market, a person, a service provider and a hub, whose messages are right until a test changes one thing.
struct ExchangeWorld {
    static let now: Int64 = 1_795_132_800
    static let hub = "https://hub.example"
    static let marketURI = "https://shop.example"
    static let subject = "sub-at-shop"

    static func key(_ seed: UInt8) -> PrivateKey {
        try! PrivateKey(.es256, rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func agreementKey(_ seed: UInt8) -> P256.KeyAgreement.PrivateKey {
        try! P256.KeyAgreement.PrivateKey(rawRepresentation: [UInt8](repeating: seed, count: 32))
    }

    static func encryptionKey(_ seed: UInt8) -> PublicEncryptionKey {
        try! PublicEncryptionKey(jwk: JWEPrivateKey.p256(agreementKey(seed)).publicJWK)
    }

    let hubKey = key(1)
    let marketKey = key(2)
    let providerKey = key(3)
    let personKey = key(4)
    let dpopKey = key(5)
    let providerEncryption = encryptionKey(6)
    let personEncryption = encryptionKey(7)

    let definition = try! ScopeDefinition(
        json: [
            "scope": "shop:loyalty", "version": 2, "held_by": "market",
            "display": [["locale": "en", "name": "Loyalty"]],
            "claims": [
                ["name": "tier", "type": "TEXT", "required": true, "values": ["bronze", "silver", "gold"]],
                ["name": "points", "type": "INTEGER", "minimum": 0],
                ["name": "address", "type": "OBJECT", "claims": [["name": "city", "type": "TEXT"]]],
            ],
        ])

    static let values: JSONObject = ["tier": "gold", "points": 1200, "address": ["city": "Bern"]]

    func issued(
        _ values: JSONObject = Self.values, by key: PrivateKey? = nil, personKeyID: String? = nil,
        scope: String = "shop:loyalty"
    ) throws -> IssuedScopeValues {
        try ScopeValuesMaker(signer: key ?? marketKey, keyID: "m1", marketURI: Self.marketURI).make(
            .init(
                scope: scope, version: 2, values: values, issuedAt: Self.now - 1000, personKeyID: personKeyID))
    }

    var personKeys: PersonKeyPair { PersonKeyPair(encryption: personEncryption, signing: personKey.publicKey) }

    func statement(_ keys: PersonKeyPair? = nil, by key: PrivateKey? = nil, previous: String? = nil) throws -> String {
        try KeyStatement.make(
            keys ?? personKeys, signer: key ?? personKey, previous: previous, issuedAt: Self.now - 5000)
    }

    // MARK: Requests

    func requestObject(
        by key: PrivateKey? = nil, clientID: String = "bank", encryptionKey: PublicEncryptionKey? = nil,
        claims: DataSharingDetail.Claims = .some([.init("tier", isEssential: true), .init("points")]),
        scope: String = "shop:loyalty"
    ) throws -> String {
        let detail = DataSharingDetail(
            scope: scope, claims: claims, purpose: "To offer you more",
            encryptionKey: encryptionKey ?? providerEncryption)
        var request = AuthorizationRequest(clientID: clientID, redirectURI: "https://bank.example/cb")
        request.scopes = ["openid", scope]
        return try RequestObjectMaker(signer: key ?? providerKey, keyID: "p1", clientID: clientID, audience: Self.hub)
            .sign(
                request, adding: ["authorization_details": [detail.json]],
                now: Date(timeIntervalSince1970: Double(Self.now - 60)), identifier: "r1")
    }

    func approval(
        _ issued: IssuedScopeValues, _ request: String, _ change: (inout JSONObject) -> Void = { _ in },
        by key: PrivateKey? = nil
    ) throws -> String {
        let key = key ?? personKey
        var claims = ConsentApproval(
            signingKeyID: Base64URL.encode(key.publicKey.thumbprint), subject: Self.subject,
            audiences: [Self.hub, Self.marketURI], clientID: "bank", scope: "shop:loyalty", version: 2,
            claims: ["tier", "points"], purpose: "To offer you more", requestHash: MessageHash(of: request),
            encryptionKeyThumbprint: providerEncryption.thumbprint,
            basis: .digest(hash: issued.digestHash, index: 17), until: Self.now + 86_400, nonce: "n", identifier: "a1",
            issuedAt: Self.now - 20, expiresAt: Self.now + 200
        ).json
        change(&claims)
        return try JWSIssuer(
            signer: key,
            header: [
                "typ": .string(ConsentApproval.type), "kid": .string(Base64URL.encode(key.publicKey.thumbprint)),
            ]
        ).sign(claims: claims)
    }

    func token(
        _ issued: IssuedScopeValues, claims: [String] = ["tier", "points"], subject: String = Self.subject,
        audience: String = Self.marketURI, clientID: String = "bank", approval: String = "a1", jti: String = "t1",
        issuedAt: Int64 = Self.now - 5, by key: PrivateKey? = nil
    ) throws -> String {
        try MarketAccessToken(
            issuer: Self.hub, subject: subject, marketURI: audience, clientID: clientID, scope: "shop:loyalty",
            version: 2, claims: claims, approval: approval, digestHash: issued.digestHash,
            keyThumbprint: dpopKey.publicKey.thumbprint, issuedAt: issuedAt, identifier: jti
        ).sign(with: AccessTokenJWTMaker(signer: key ?? hubKey, keyID: "h1"))
    }

    func message(
        token: String, approval: String, request: String, isSigned: Bool = true, statements: [String],
        proofKey: PrivateKey? = nil, proof: String? = nil
    ) throws -> EndpointRequest {
        let proof =
            try proof
            ?? DPoPProofMaker(key: proofKey ?? dpopKey).proof(
                method: .post, url: Self.marketURI + "/release", accessToken: token,
                now: Date(timeIntervalSince1970: Double(Self.now)))
        return EndpointRequest(
            method: .post,
            headers: [.authorization: "DPoP " + token, .dpop: proof, .contentType: "application/json"],
            body: ReleaseRequest(
                approval: approval, request: request, isRequestSigned: isSigned, statements: statements
            ).json.encoded())
    }

    // MARK: The market

    func store() throws -> SQLMarketStore {
        let file = FileManager.default.temporaryDirectory.appending(path: "market-\(UUID().uuidString).db")
        return SQLMarketStore(database: try MarketDatabase.open(path: file.path))
    }

    func keep(_ issued: IssuedScopeValues, in store: SQLMarketStore, subject: String = Self.subject) async throws {
        let batch = PreparedBatch(
            idempotencyKey: UUID().uuidString, path: "/sharing/digests", body: [],
            digests: [
                KeptDigest(subject: subject, scope: "shop:loyalty", version: 2, values: issued, expiresAt: nil)
            ])
        try await store.prepare(batch)
        try await store.confirm(batch)
    }

    func checks(
        _ store: SQLMarketStore, at seconds: Int64 = Self.now, pinnedEncryption: PublicEncryptionKey? = nil
    ) -> ReleaseChecks {
        let providerKey = providerKey
        let partner = MarketPartner(
            clientID: "bank", keys: VerificationKeys(providerKey.publicKey), pinnedEncryptionKey: pinnedEncryption)
        return ReleaseChecks(
            trust: MarketTrust(
                organization: "shop", marketURI: Self.marketURI, hub: Self.hub, partners: ["bank": partner]),
            hubKeys: FixedHubKeys(key: hubKey.publicKey), pins: store, digests: store, approvals: store,
            maker: ReleaseMaker(signer: marketKey, keyID: "m1"),
            now: { Date(timeIntervalSince1970: Double(seconds)) })
    }
}

struct FixedHubKeys: HubKeySource {
    let key: PublicKey

    func keys(refreshing unknown: Bool) async throws -> VerificationKeys { VerificationKeys(key) }
}
