package import Foundation
package import JOSE
package import WireFormats

/// Why a request object is refused, RFC 9101 §7.
package enum RequestObjectRefusal: Refusal, Equatable {
    case jwt(JWTFault)
    /// The client_id in it is not the one beside it, RFC 9101 §6.3.
    case otherClient
    /// RFC 9101 §4: a request object in a request object.
    case nested
    /// RFC 9101 §10.2: its `jti` was used before.
    case replayed

    package var wire: WireRefusal {
        switch self {
        case .jwt(let fault): WireRefusal("invalid_request_object", "The request object: " + fault.sentence)
        case .otherClient:
            WireRefusal("invalid_request_object", "The request object has another client_id or none")
        case .nested:
            WireRefusal("invalid_request_object", "request and request_uri cannot stand in a request object")
        case .replayed: WireRefusal("invalid_request_object", "The request object was already used")
        }
    }

    package var reason: String { wire.description }
}

/// An authorization request that its client has signed, RFC 9101, FAPI 2.0 Message Signing §5.3. All parameters are its
/// own: what stands beside it does not count (RFC 9101 §6.3).
package struct RequestObject: Sendable {
    package static let type = "oauth-authz-req+jwt"
    package static let maximumBytes = 65_536

    package let parameters: AuthorizationParameters
    /// `jti`, 1 to 256 bytes.
    package let identifier: String?
    package let expiresAt: Date?

    /// What a request object is checked against.
    package struct Expectation: Sendable {
        package let clientID: String
        /// The authorization server's issuer identifier, which `aud` must name.
        package let issuer: String
        /// The client's.
        package let keys: VerificationKeys
        package let now: Date
        package let algorithms: Set<SignatureAlgorithm>
        package let profile: Profile
        /// Seconds by which clocks may differ.
        package let clockSkew: TimeInterval

        package init(
            clientID: String, issuer: String, keys: VerificationKeys, now: Date,
            algorithms: Set<SignatureAlgorithm> = .sound, profile: Profile = .jar,
            clockSkew: TimeInterval = 30
        ) {
            self.clientID = clientID
            self.issuer = issuer
            self.keys = keys
            self.now = now
            self.algorithms = algorithms
            self.profile = profile
            self.clockSkew = clockSkew
        }
    }

    /// How much a request object has to say.
    package enum Profile: Sendable {
        /// OpenID Connect Core §6.1: `iss`, `aud` and `exp` may be left out, but not be wrong.
        case openID
        /// `iss`, `aud` and `exp`.
        case jar
        /// FAPI 2.0 Message Signing §5.3.1: `nbf` too, at most 60 minutes ago, and `exp` at most 60 minutes after it.
        case fapi
    }

    /// What is spent when the request is answered; nil without `jti`, by which alone one object is told from another.
    package func use(of clientID: String) -> SingleUse? {
        guard let identifier, let expiresAt else { return nil }
        return SingleUse(
            .requestObject, of: clientID.utf8, identifier: identifier, expiresAt: expiresAt.addingTimeInterval(60))
    }

    package init(verifying compact: String, expecting expected: Expectation) throws(RequestObjectRefusal) {
        let claims: JWTClaimReader
        do throws(JWTFault) {
            let rules = JWTHeaderRules(
                types: [Self.type, "jwt"], allowsNoType: true, algorithms: expected.algorithms)
            let token = try rules.parse(compact, maximumBytes: Self.maximumBytes)
            claims = try JWTClaimReader(payload: try expected.keys.verify(token).payload)
            expiresAt = try Self.checkRegisteredClaims(claims, expected)
            identifier = try claims.text("jti", maximum: 256)
        } catch {
            throw .jwt(error)
        }
        guard claims.claims["client_id"] == .string(expected.clientID) else { throw .otherClient }
        guard claims.claims["request"] == nil, claims.claims["request_uri"] == nil else { throw .nested }
        parameters = AuthorizationParameters(claims: claims.claims)
    }

    private static func checkRegisteredClaims(
        _ claims: JWTClaimReader, _ expected: Expectation
    ) throws(JWTFault) -> Date? {
        let isLoose = expected.profile == .openID
        if !isLoose || claims.claims["iss"] != nil { try claims.requireIssuer(expected.clientID) }
        if !isLoose || claims.claims["aud"] != nil {
            try claims.requireAudience([expected.issuer], .amongOthers)
        }
        try claims.checkNotFromTheFuture(at: expected.now, tolerance: expected.clockSkew)
        if isLoose, claims.claims["exp"] == nil { return nil }
        let expiresAt = try claims.requireUnexpired(at: expected.now, tolerance: expected.clockSkew)
        if expected.profile == .fapi {
            let notBefore = try claims.requiredTime("nbf")
            guard notBefore >= expected.now.addingTimeInterval(-3600) else { throw .stale }
            guard expiresAt <= notBefore.addingTimeInterval(3600) else { throw .lastsTooLong }
        }
        return expiresAt
    }
}

/// Makes request objects: the client's side of ``RequestObject``.
package struct RequestObjectMaker: Sendable {
    private let issuer: JWSIssuer
    private let clientID: String
    private let audience: String

    /// - Parameters:
    ///   - keyID: the `kid` of the key in the client's JWK Set.
    ///   - audience: the authorization server's issuer identifier.
    package init(signer: any JWSSigner, keyID: String?, clientID: String, audience: String) {
        var header: JSONObject = ["typ": .string(RequestObject.type)]
        header.setText("kid", keyID)
        issuer = JWSIssuer(signer: signer, header: header)
        self.clientID = clientID
        self.audience = audience
    }

    /// - Parameter extra: parameters that `request` has no place for.
    /// - Throws: what the signer throws.
    package func sign(
        _ request: AuthorizationRequest, adding extra: JSONObject = [:], now: Date,
        lifetime: Duration = .seconds(300), identifier: String = Base64URL.encode(secureRandomBytes(16))
    ) throws -> String {
        var claims: JSONObject = ["iss": .string(clientID), "aud": .string(audience), "jti": .string(identifier)]
        claims.setTime("iat", now)
        claims.setTime("nbf", now)
        claims.setTime("exp", now.addingTimeInterval(Double(lifetime.components.seconds)))
        for member in request.json.members + extra.members { claims[member.name] = member.value }
        return try issuer.sign(claims: claims)
    }
}
