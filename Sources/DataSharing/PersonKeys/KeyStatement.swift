package import JOSE
package import OAuth
import WireFormats

/// Why a chain of key statements does not lead to a person's keys.
package enum KeyStatementRefusal: Error, Equatable {
    case jwt(JWTFault)
    case keys(PersonKeysRefusal)
    case noStatements
    case tooManyStatements
    /// The first statement names a predecessor, or a later one none or another than the one before it.
    case brokenChain
    /// The key that was seen first is none of the chain's.
    case pinnedKeyMissing
    /// A statement is from before its predecessor.
    case backInTime
}

/// What says that keys are a person's: signed by the pair before, the first one by itself.
package struct KeyStatement: Sendable, Equatable {
    package static let type = "person-key+jwt"

    package let keys: PersonKeyPair
    /// Seconds since 1970.
    package let issuedAt: Int64
    /// `kid` of the signing key before; nil in a first statement.
    package let previous: String?

    /// - Parameter signer: the earlier signing key, for a first pair its own.
    package static func make(
        _ keys: PersonKeyPair, signer: PrivateKey, previous: String?, issuedAt: Int64
    ) throws -> String {
        var claims: JSONObject = [
            "enc": .object(keys.encryption.jwk), "sig": .object(keys.signingJWK), "iat": .integer(issuedAt),
        ]
        if let previous { claims["previous"] = .string(previous) }
        return try JWSIssuer(
            signer: signer,
            header: ["typ": .string(type), "kid": .string(Base64URL.encode(signer.publicKey.thumbprint))]
        ).sign(claims: claims)
    }

    /// What is stated, whoever signed it.
    fileprivate struct Unverified {
        let token: UnverifiedJWS
        let statement: KeyStatement

        init(_ compact: String) throws(KeyStatementRefusal) {
            do throws(JWTFault) {
                token = try JWTHeaderRules(types: [KeyStatement.type], algorithms: .persons)
                    .parse(compact, maximumBytes: MessageLimits.statement)
            } catch {
                throw .jwt(error)
            }
            statement = try KeyStatement(token.payload)
        }

        func verify(with key: PublicKey) throws(KeyStatementRefusal) {
            if let keyID = token.header["kid"], keyID != .string(Base64URL.encode(key.thumbprint)) {
                throw .brokenChain
            }
            do throws(JWSRefusal) {
                _ = try token.verify(with: key)
            } catch {
                throw .jwt(.jws(error))
            }
        }
    }

    private init(_ payload: [UInt8]) throws(KeyStatementRefusal) {
        let pair: (enc: JSONObject, sig: JSONObject)
        do throws(JWTFault) {
            let reader = try JWTClaimReader(payload: payload)
            guard let enc = reader.claims["enc"]?.object else { throw .missingClaim("enc") }
            guard let sig = reader.claims["sig"]?.object else { throw .missingClaim("sig") }
            pair = (enc, sig)
            issuedAt = try reader.requiredSeconds("iat")
            previous = try reader.text("previous", maximum: 64)
        } catch {
            throw .jwt(error)
        }
        do throws(PersonKeysRefusal) {
            keys = try PersonKeyPair(encryption: pair.enc, signing: pair.sig)
        } catch {
            throw .keys(error)
        }
    }
}

/// All key statements of a person, oldest first, verified.
package struct PersonKeyChain: Sendable, Equatable {
    /// One or more.
    package let statements: [KeyStatement]

    /// The newest keys.
    package var current: PersonKeyPair { statements[statements.count - 1].keys }

    /// Which key the chain is believed by.
    package enum Root: Sendable {
        /// `kid` of a signing key that was seen earlier. Only what follows it counts.
        case pinned(String)
        /// None was seen yet: whoever gives the chain says whose keys they are.
        case firstUse
    }

    package init(verifying compact: [String], from root: Root) throws(KeyStatementRefusal) {
        guard !compact.isEmpty else { throw .noStatements }
        guard compact.count <= MessageLimits.keyStatements else { throw .tooManyStatements }
        var statements: [KeyStatement] = []
        for text in compact {
            let unverified = try KeyStatement.Unverified(text)
            let statement = unverified.statement
            if let before = statements.last {
                guard statement.previous == before.keys.signingKeyID else { throw .brokenChain }
                guard statement.issuedAt >= before.issuedAt else { throw .backInTime }
                try unverified.verify(with: before.keys.signing)
            } else {
                guard statement.previous == nil else { throw .brokenChain }
                try unverified.verify(with: statement.keys.signing)
            }
            statements.append(statement)
        }
        if case .pinned(let keyID) = root {
            guard statements.contains(where: { $0.keys.signingKeyID == keyID }) else { throw .pinnedKeyMissing }
        }
        self.statements = statements
    }
}
