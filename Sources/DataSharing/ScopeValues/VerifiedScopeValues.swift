package import CredentialFormats
package import JOSE
package import OAuth
package import WireFormats

/// Why an SD-JWT of values is refused, or cannot be made.
package enum ScopeValuesRefusal: Error, Equatable {
    case sdJWT(SDJWTRefusal)
    case jwt(JWTFault)
    /// A key binding JWT: nobody presents these by a key.
    case keyBinding
    /// `iss` is another market.
    case otherMarket
    case otherScope
    case otherVersion
    case expired
    case fromTheFuture
    /// `cnf` names another person's key, or none.
    case otherPerson
    /// There are disclosures where only digests should be.
    case disclosed
    /// There is no value.
    case noValues
    /// A disclosed name is none of a claim's, or would stand for something else.
    case forbiddenName
    /// A salt of less than 128 bits (RFC 9901 §9.3).
    case shortSalt
}

/// An SD-JWT of values, its market's signature and every disclosure verified. Whether the values fit the scope's
/// definition, the definition says.
package struct VerifiedScopeValues: Sendable {
    package let scope: String
    package let version: Int64
    package let keyID: String
    /// The market's.
    package let key: PublicKey
    package let issuedAt: Int64
    package let expiresAt: Int64?
    /// `cnf.jkt`.
    package let personKeyID: String?
    /// What is disclosed, in the order of the disclosures.
    package let values: JSONObject
    /// How many digests there are, of decoys too.
    package let digestCount: Int
    package let digestHash: MessageHash
    /// The signature's bytes.
    package let signature: [UInt8]
    package let disclosures: [IssuedScopeValues.Disclosure]

    /// What it is checked against.
    package struct Expectation: Sendable {
        package let marketURI: String
        package let scope: String
        package let version: Version
        package let keys: VerificationKeys
        package let person: Person
        package let form: Form
        /// Seconds since 1970.
        package let now: Int64

        package enum Version: Sendable {
            case exactly(Int64)
            /// The caller looks it up by what is found.
            case any
        }

        package enum Person: Sendable {
            /// A deposit: bound to the person's signing key.
            case boundTo(keyID: String)
            /// A deposit, bound to a key that the caller finds out about.
            case bound
            /// The market keeps the data; no key of the person's is in it.
            case unbound
        }

        package enum Form: Sendable {
            case digestOnly
            case disclosed
        }

        package init(
            marketURI: String, scope: String, version: Version, keys: VerificationKeys, person: Person, form: Form,
            now: Int64
        ) {
            self.marketURI = marketURI
            self.scope = scope
            self.version = version
            self.keys = keys
            self.person = person
            self.form = form
            self.now = now
        }
    }

    package init(verifying compact: String, expecting expected: Expectation) throws(ScopeValuesRefusal) {
        let token: UnverifiedSDJWT
        do throws(SDJWTRefusal) {
            guard compact.utf8.count <= MessageLimits.sealed else { throw .malformed }
            token = try UnverifiedSDJWT(parsing: compact)
        } catch {
            throw .sdJWT(error)
        }
        guard token.keyBindingJWT == nil else { throw .keyBinding }
        let signed = compact.prefix { $0 != "~" }
        digestHash = MessageHash(of: signed)
        let checked: VerifiedJWS
        do throws(JWTFault) {
            let named = try NamedSignature(
                String(signed), type: ScopeValuesMaker.type, algorithms: .organizations,
                maximumBytes: MessageLimits.sealed)
            checked = try expected.keys.verify(named.token)
            (keyID, signature) = (named.keyID, named.token.signatureBytes)
        } catch {
            throw .jwt(error)
        }
        key = checked.key
        let verified: VerifiedSDJWT
        do throws(SDJWTRefusal) {
            verified = try token.resolve(checked)
        } catch {
            throw .sdJWT(error)
        }
        let claims = try Claims(verified.issuedPayload)
        try claims.check(expected)
        (scope, version) = (claims.scope, claims.version)
        (issuedAt, expiresAt, personKeyID) = (claims.issuedAt, claims.expiresAt, claims.personKeyID)
        digestCount = claims.digestCount
        disclosures = try Self.disclosures(of: token)
        switch expected.form {
        case .digestOnly: guard disclosures.isEmpty else { throw .disclosed }
        case .disclosed: guard !disclosures.isEmpty else { throw .noValues }
        }
        values = JSONObject(
            disclosures.compactMap { disclosure in
                verified.payload[disclosure.name].map { (disclosure.name, $0) }
            })
        guard values.members.count == disclosures.count else { throw .forbiddenName }
    }

    /// What a disclosure here is: `[salt, name, value]` of one claim, disclosed as one.
    private static func disclosures(
        of token: UnverifiedSDJWT
    ) throws(ScopeValuesRefusal) -> [IssuedScopeValues.Disclosure] {
        guard token.disclosures.count <= MessageLimits.claims else { throw .sdJWT(.tooManyDisclosures) }
        var disclosures: [IssuedScopeValues.Disclosure] = []
        for encoded in token.disclosures {
            guard let bytes = try? Base64URL.decode(encoded[...]), let elements = (try? JSON(parsing: bytes))?.array,
                elements.count == 3, let salt = elements[0].string, let name = elements[1].string
            else { throw .sdJWT(.malformedDisclosure) }
            guard let salt = try? Base64URL.decode(salt), salt.count >= 16 else { throw .shortSalt }
            guard ClaimNames.isName(name), !ClaimNames.isReserved(name), !SDJWTMembers.stand(in: elements[2])
            else { throw .forbiddenName }
            disclosures.append(.init(name: name, encoded: String(decoding: encoded, as: UTF8.self)))
        }
        return disclosures
    }
}

extension VerifiedScopeValues {
    /// What stands in the clear.
    private struct Claims {
        let issuer: String
        let scope: String
        let version: Int64
        let issuedAt: Int64
        let expiresAt: Int64?
        let personKeyID: String?
        let digestCount: Int

        init(_ payload: JSONObject) throws(ScopeValuesRefusal) {
            do throws(JWTFault) {
                let reader = JWTClaimReader(payload)
                // Anything else would be said of everybody who sees the digests, or name the person.
                try reader.requireOnly(["iss", "iat", "exp", "scope", "version", "cnf", "_sd", "_sd_alg"])
                issuer = try reader.requiredText("iss")
                scope = try reader.requiredScope()
                version = try reader.requiredVersion()
                issuedAt = try reader.requiredSeconds("iat")
                expiresAt = try reader.seconds("exp")
                personKeyID = try reader.keyThumbprint().map { Base64URL.encode($0) }
                guard reader.claims["_sd_alg"] == "sha-256" else { throw .malformedClaim("_sd_alg") }
                guard let digests = reader.claims["_sd"]?.array?.map(\.string),
                    (1...2 * MessageLimits.claims).contains(digests.count),
                    digests.allSatisfy({ $0.flatMap(MessageHash.init) != nil })
                else { throw .malformedClaim("_sd") }
                digestCount = digests.count
            } catch {
                throw .jwt(error)
            }
        }

        func check(_ expected: Expectation) throws(ScopeValuesRefusal) {
            guard issuer.hasSameBytes(as: expected.marketURI) else { throw .otherMarket }
            guard scope.hasSameBytes(as: expected.scope) else { throw .otherScope }
            if case .exactly(let version) = expected.version, self.version != version { throw .otherVersion }
            guard issuedAt <= expected.now + MessageLimits.clockSkew else { throw .fromTheFuture }
            if let expiresAt, expiresAt <= expected.now { throw .expired }
            switch expected.person {
            case .boundTo(let keyID): guard personKeyID == keyID else { throw .otherPerson }
            case .bound: guard personKeyID != nil else { throw .otherPerson }
            case .unbound: guard personKeyID == nil else { throw .otherPerson }
            }
        }
    }
}
