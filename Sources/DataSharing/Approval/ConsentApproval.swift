import OAuth
package import WireFormats

/// What a person agrees to, in their own words and signed by their own key: one scope, for one service provider.
package struct ConsentApproval: Sendable, Equatable {
    package static let type = "consent-approval+jwt"

    /// `kid` and `iss`: thumbprint of the person's signing key.
    package let signingKeyID: String
    /// The person's subject at the market, where the market keeps the data, else at the service provider.
    package let subject: String
    package let audiences: [String]
    package let clientID: String
    package let scope: String
    package let version: Int64
    /// 1 to 64 names, in the definition's order.
    package let claims: [String]
    package let purpose: String?
    package let requestHash: MessageHash
    /// Thumbprint of the service provider's encryption key.
    package let encryptionKeyThumbprint: String
    package let basis: Basis
    /// When the consent ends, seconds since 1970.
    package let until: Int64
    package let nonce: String
    /// `jti`, 1 to 128 bytes.
    package let identifier: String
    package let issuedAt: Int64
    package let expiresAt: Int64

    /// What the values are: the member `digest`.
    package enum Basis: Sendable, Equatable {
        /// The market keeps them.
        case digest(hash: MessageHash, index: Int64)
        /// The person keeps what the market has deposited.
        case deposit(jweHash: MessageHash)
        /// The person has typed them.
        case selfAsserted
    }

    package init(
        signingKeyID: String, subject: String, audiences: [String], clientID: String, scope: String, version: Int64,
        claims: [String], purpose: String?, requestHash: MessageHash, encryptionKeyThumbprint: String, basis: Basis,
        until: Int64, nonce: String, identifier: String, issuedAt: Int64, expiresAt: Int64
    ) {
        self.signingKeyID = signingKeyID
        self.subject = subject
        self.audiences = audiences
        self.clientID = clientID
        self.scope = scope
        self.version = version
        self.claims = claims
        self.purpose = purpose
        self.requestHash = requestHash
        self.encryptionKeyThumbprint = encryptionKeyThumbprint
        self.basis = basis
        self.until = until
        self.nonce = nonce
        self.identifier = identifier
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// The whole of a payload, every claim typed and nothing else in it.
    init(payload: [UInt8], signingKeyID: String) throws(JWTFault) {
        let reader = try JWTClaimReader(payload: payload)
        try reader.requireOnly(Self.names)
        guard try reader.requiredText("iss").hasSameBytes(as: signingKeyID) else { throw .wrongIssuer }
        self.signingKeyID = signingKeyID
        subject = try reader.requiredText("sub", maximum: 255)
        audiences = try reader.audiences()
        guard (1...2).contains(audiences.count), reader.claims["aud"]?.array != nil else {
            throw .malformedClaim("aud")
        }
        clientID = try reader.requiredText("client_id", maximum: 512)
        scope = try reader.requiredScope()
        version = try reader.requiredVersion()
        claims = try reader.requiredClaimNames()
        purpose = try reader.text("purpose", maximum: 4 * MessageLimits.purpose)
        requestHash = try reader.requiredHash("request_hash")
        encryptionKeyThumbprint = try reader.requiredHash("encryption_jkt").text
        guard let digest = reader.claims["digest"] else { throw .missingClaim("digest") }
        guard let basis = Basis(digest) else { throw .malformedClaim("digest") }
        self.basis = basis
        until = try reader.requiredSeconds("until")
        nonce = try reader.requiredText("nonce", maximum: 256)
        identifier = try reader.requiredText("jti", maximum: 128)
        issuedAt = try reader.requiredSeconds("iat")
        expiresAt = try reader.requiredSeconds("exp")
    }

    private static let names: Set<String> = [
        "iss", "sub", "aud", "client_id", "scope", "version", "claims", "purpose", "request_hash", "encryption_jkt",
        "digest", "until", "nonce", "jti", "iat", "exp",
    ]

    package var json: JSONObject {
        var object: JSONObject = [
            "iss": .string(signingKeyID), "sub": .string(subject), "aud": .array(audiences.map(JSON.string)),
            "client_id": .string(clientID), "scope": .string(scope), "version": .integer(version),
            "claims": .array(claims.map(JSON.string)),
        ]
        if let purpose { object["purpose"] = .string(purpose) }
        object["request_hash"] = .string(requestHash.text)
        object["encryption_jkt"] = .string(encryptionKeyThumbprint)
        object["digest"] = basis.json
        object["until"] = .integer(until)
        object["nonce"] = .string(nonce)
        object["jti"] = .string(identifier)
        object["iat"] = .integer(issuedAt)
        object["exp"] = .integer(expiresAt)
        return object
    }
}

extension ConsentApproval.Basis {
    init?(_ json: JSON) {
        guard let object = json.object else { return nil }
        switch (object["hash"], object["index"], object["jwe_hash"], object["self_asserted"]) {
        case (.string(let hash)?, .integer(let index)?, nil, nil) where index >= 0 && object.members.count == 2:
            guard let hash = MessageHash(hash) else { return nil }
            self = .digest(hash: hash, index: index)
        case (nil, nil, .string(let hash)?, nil) where object.members.count == 1:
            guard let hash = MessageHash(hash) else { return nil }
            self = .deposit(jweHash: hash)
        case (nil, nil, nil, .bool(true)?) where object.members.count == 1: self = .selfAsserted
        default: return nil
        }
    }

    var json: JSON {
        switch self {
        case .digest(let hash, let index): ["hash": .string(hash.text), "index": .integer(index)]
        case .deposit(let hash): ["jwe_hash": .string(hash.text)]
        case .selfAsserted: ["self_asserted": true]
        }
    }
}
