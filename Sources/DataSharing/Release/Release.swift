package import JOSE
import OAuth
package import WireFormats

/// Values on their way to a service provider: signed by the market (it keeps the data) or by the person (who keeps it).
package struct Release: Sendable, Equatable {
    package static let type = "data-release+jwt"
    /// Seconds from `iat` to `exp`.
    package static let lifetime: Int64 = 600

    /// `market_uri`, or the `kid` of the person's signing key.
    package let issuer: String
    /// The service provider's `client_id`.
    package let audience: String
    package let scope: String
    package let version: Int64
    package let requestHash: MessageHash
    package let approvalHash: MessageHash
    package let values: Values
    /// Key statements that lead from the key which the market bound the values to up to the one that signs; empty where
    /// it is the same.
    package let statements: [String]
    /// Seconds since 1970.
    package let issuedAt: Int64
    package let expiresAt: Int64
    /// `jti`.
    package let identifier: String

    package enum Values: Sendable, Equatable {
        /// The market's SD-JWT with the disclosures that were agreed to: `sd_jwt`.
        case presentation(String)
        /// What the person typed: `values`.
        case selfAsserted(JSONObject)
    }

    package init(
        issuer: String, audience: String, scope: String, version: Int64, requestHash: MessageHash,
        approvalHash: MessageHash, values: Values, statements: [String] = [], issuedAt: Int64,
        identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) {
        self.issuer = issuer
        self.audience = audience
        self.scope = scope
        self.version = version
        self.requestHash = requestHash
        self.approvalHash = approvalHash
        self.values = values
        self.statements = statements
        self.issuedAt = issuedAt
        expiresAt = issuedAt + Self.lifetime
        self.identifier = identifier
    }

    init(_ reader: JWTClaimReader) throws(JWTFault) {
        try reader.requireOnly([
            "iss", "aud", "iat", "exp", "jti", "scope", "version", "request_hash", "approval_hash", "sd_jwt", "values",
            "statements",
        ])
        issuer = try reader.requiredText("iss")
        audience = try reader.requiredText("aud", maximum: 512)
        issuedAt = try reader.requiredSeconds("iat")
        expiresAt = try reader.requiredSeconds("exp")
        identifier = try reader.requiredText("jti", maximum: 256)
        scope = try reader.requiredScope()
        version = try reader.requiredVersion()
        requestHash = try reader.requiredHash("request_hash")
        approvalHash = try reader.requiredHash("approval_hash")
        statements = try Self.statements(reader.claims["statements"])
        switch (reader.claims["sd_jwt"], reader.claims["values"]) {
        case (.string(let compact)?, nil): values = .presentation(compact)
        case (nil, .object(let object)?): values = .selfAsserted(object)
        case (nil, nil): throw .missingClaim("sd_jwt")
        default: throw .malformedClaim("sd_jwt")
        }
    }

    private static func statements(_ json: JSON?) throws(JWTFault) -> [String] {
        guard let json else { return [] }
        guard let list = json.array?.map(\.string), (1...MessageLimits.keyStatements).contains(list.count),
            !list.contains(nil)
        else { throw .malformedClaim("statements") }
        return list.compactMap(\.self)
    }

    package var json: JSONObject {
        var object: JSONObject = [
            "iss": .string(issuer), "aud": .string(audience), "iat": .integer(issuedAt), "exp": .integer(expiresAt),
            "jti": .string(identifier), "scope": .string(scope), "version": .integer(version),
            "request_hash": .string(requestHash.text), "approval_hash": .string(approvalHash.text),
        ]
        switch values {
        case .presentation(let compact): object["sd_jwt"] = .string(compact)
        case .selfAsserted(let values): object["values"] = .object(values)
        }
        if !statements.isEmpty { object["statements"] = .array(statements.map(JSON.string)) }
        return object
    }
}

/// Makes releases: the market's side, and the person's.
package struct ReleaseMaker: Sendable {
    private let jws: JWSIssuer

    /// Of a market.
    package init(signer: any JWSSigner, keyID: String) {
        jws = JWSIssuer(signer: signer, header: ["typ": .string(Release.type), "kid": .string(keyID)])
    }

    /// Of a person, whose key nobody publishes: it stands in the header.
    package init(person key: PrivateKey) {
        jws = JWSIssuer(
            signer: key,
            header: [
                "typ": .string(Release.type), "kid": .string(Base64URL.encode(key.publicKey.thumbprint)),
                "jwk": .object(key.publicKey.jwk),
            ])
    }

    /// The compact JWE.
    ///
    /// - Throws: ``SealedMessageRefusal/tooLong``; what the signer or the cryptographic library throws.
    package func make(_ release: Release, to key: PublicEncryptionKey) throws -> String {
        try SealedMessage.seal(try jws.sign(claims: release.json), content: .release, to: key)
    }
}
