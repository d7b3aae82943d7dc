import CredentialFormats
package import JOSE
package import WireFormats

/// Makes what a market says about a person: one SD-JWT (RFC 9901) for each scope, with a disclosure for each claim.
package struct ScopeValuesMaker: Sendable {
    package static let type = "scope-values+sd-jwt"
    /// `_sd` is filled with decoys up to the next multiple, so that it does not tell how many claims there are.
    package static let digestMultiple = 8

    private let jws: JWSIssuer
    private let marketURI: String

    /// - Parameters:
    ///   - keyID: of the key in the market's JWK Set.
    ///   - marketURI: `iss`.
    package init(signer: any JWSSigner, keyID: String, marketURI: String) {
        jws = JWSIssuer(signer: signer, header: ["typ": .string(Self.type), "kid": .string(keyID)])
        self.marketURI = marketURI
    }

    /// What is said, and until when.
    package struct Content: Sendable {
        package let scope: String
        package let version: Int64
        /// By the name of the claim; already checked against the scope's definition.
        package let values: JSONObject
        /// Seconds since 1970.
        package let issuedAt: Int64
        package let expiresAt: Int64?
        /// In a deposit the thumbprint of the person's signing key, so that nobody can pass it on as said of themselves.
        package let personKeyID: String?

        package init(
            scope: String, version: Int64, values: JSONObject, issuedAt: Int64, expiresAt: Int64? = nil,
            personKeyID: String? = nil
        ) {
            self.scope = scope
            self.version = version
            self.values = values
            self.issuedAt = issuedAt
            self.expiresAt = expiresAt
            self.personKeyID = personKeyID
        }
    }

    /// - Throws: ``ScopeValuesRefusal/noValues``, ``ScopeValuesRefusal/forbiddenName``, and what the signer throws.
    package func make(_ content: Content) throws -> IssuedScopeValues {
        let members = content.values.members
        guard (1...MessageLimits.claims).contains(members.count) else { throw ScopeValuesRefusal.noValues }
        for member in members {
            guard ClaimNames.isName(member.name), !ClaimNames.isReserved(member.name),
                !SDJWTMembers.stand(in: member.value)
            else { throw ScopeValuesRefusal.forbiddenName }
        }
        let tree = ClaimTree(members.map { Claim($0.name, .json($0.value), isSelectivelyDisclosable: true) })
        let decoys = -members.count & (Self.digestMultiple - 1)
        var disclosures = DisclosureBuilder(count: members.count, decoys: decoys)
        var payload = JSONWriter(capacity: 1024)
        payload.raw("{\"iss\":")
        payload.string(marketURI)
        payload.raw(",\"iat\":")
        payload.integer(content.issuedAt)
        if let expiresAt = content.expiresAt {
            payload.raw(",\"exp\":")
            payload.integer(expiresAt)
        }
        payload.raw(",\"scope\":")
        payload.string(content.scope)
        payload.raw(",\"version\":")
        payload.integer(content.version)
        if let keyID = content.personKeyID {
            payload.raw(",\"cnf\":{\"jkt\":")
            payload.string(keyID)
            payload.raw("}")
        }
        disclosures.writeMembers(of: tree, decoys: decoys, isFirst: false, to: &payload)
        payload.raw(",\"_sd_alg\":\"sha-256\"}")
        let encoded = disclosures.encoded.split(separator: UInt8(ascii: "~"))
        return IssuedScopeValues(
            issuerSigned: String(decoding: try jws.sign(payload: payload.bytes), as: UTF8.self),
            disclosures: zip(members, encoded).map {
                IssuedScopeValues.Disclosure(name: $0.name, encoded: String(decoding: $1, as: UTF8.self))
            })
    }
}

/// Members by which SD-JWT says something itself.
enum SDJWTMembers {
    /// Whether a name of them stands anywhere in a claim's value, which is disclosed as one.
    static func stand(in value: JSON) -> Bool {
        switch value {
        case .object(let object):
            object.members.contains { ["_sd", "...", "_sd_alg"].contains($0.name) || stand(in: $0.value) }
        case .array(let elements): elements.contains(where: stand)
        default: false
        }
    }
}
