package import JOSE
package import OAuth
import WireFormats

/// Why a Security Event Token is not the word that a consent is over.
package enum WithdrawalRefusal: Error, Equatable {
    case jwt(JWTFault)
    /// `sub_id` is no subject of this issuer.
    case subject
    /// `events` is not this one event, or one of its members is missing or malformed.
    case event
}

/// The hub's word to an organization that a person has withdrawn a consent: a Security Event Token, RFC 8417.
package struct WithdrawalEvent: Sendable, Equatable {
    package static let type = "secevent+jwt"
    package static let event = "urn:vouchsafe:event:consent-withdrawn"

    package let issuer: String
    /// The organization's identifier.
    package let audience: String
    /// The person, as this organization knows them.
    package let subject: String
    /// The service provider's.
    package let clientID: String
    package let scope: String
    /// `jti` of the approval.
    package let approval: String
    package let approvalHash: MessageHash
    /// Seconds since 1970.
    package let issuedAt: Int64
    /// `jti`: the same in repeated deliveries.
    package let identifier: String

    package init(
        issuer: String, audience: String, subject: String, clientID: String, scope: String, approval: String,
        approvalHash: MessageHash, issuedAt: Int64, identifier: String
    ) {
        self.issuer = issuer
        self.audience = audience
        self.subject = subject
        self.clientID = clientID
        self.scope = scope
        self.approval = approval
        self.approvalHash = approvalHash
        self.issuedAt = issuedAt
        self.identifier = identifier
    }

    /// - Parameters:
    ///   - signer: the hub's token key.
    ///   - keyID: of it in the hub's JWK Set.
    package func sign(signer: any JWSSigner, keyID: String) throws -> String {
        let issuing = JWSIssuer(signer: signer, header: ["typ": .string(Self.type), "kid": .string(keyID)])
        return try issuing.sign(claims: [
            "iss": .string(issuer), "aud": .string(audience), "iat": .integer(issuedAt), "jti": .string(identifier),
            // RFC 9493 §3.2.3.
            "sub_id": ["format": "iss_sub", "iss": .string(issuer), "sub": .string(subject)],
            "events": .object([
                Self.event: [
                    "client_id": .string(clientID), "scope": .string(scope), "approval": .string(approval),
                    "approval_hash": .string(approvalHash.text),
                ]
            ]),
        ])
    }

    package init(verifying compact: String, expecting expected: TokenExpectation) throws(WithdrawalRefusal) {
        let reader: JWTClaimReader
        do throws(JWTFault) {
            reader = try expected.claims(of: compact, types: [Self.type])
            // A SET says what was: it has no `exp` (RFC 8417 §2.2), and one that has may be another token.
            guard reader.claims["exp"] == nil else { throw .malformedClaim("exp") }
            issuedAt = try reader.requiredSeconds("iat")
            identifier = try reader.requiredText("jti", maximum: 256)
        } catch {
            throw .jwt(error)
        }
        issuer = expected.issuer
        audience = expected.audience
        guard let person = reader.claims["sub_id"]?.object, person["format"] == "iss_sub",
            person["iss"] == .string(expected.issuer), let subject = person["sub"]?.string,
            (1...255).contains(subject.utf8.count)
        else { throw .subject }
        self.subject = subject
        guard let events = reader.claims["events"]?.object, events.members.count == 1,
            let event = events[Self.event]?.object, let clientID = event["client_id"]?.string,
            (1...512).contains(clientID.utf8.count), let scope = event["scope"]?.string, ScopeName(scope) != nil,
            let approval = event["approval"]?.string, (1...128).contains(approval.utf8.count),
            let hash = event["approval_hash"]?.string.flatMap(MessageHash.init)
        else { throw .event }
        self.clientID = clientID
        self.scope = scope
        self.approval = approval
        approvalHash = hash
    }
}
