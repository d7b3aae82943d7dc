import Crypto
import JOSE
import WireFormats

/// A digest whose signature, shape and claims have been verified.
package struct VerifiedDigest: Sendable {
    package let pushed: PushedDigest
    /// SHA-256 of the issuer-signed JWT.
    package let digestHash: [UInt8]
    /// The signature's bytes: what the ledger's entry shows.
    package let signature: [UInt8]

    /// - Parameters:
    ///   - market: whose token the push came with; its keys sign.
    ///   - definition: of the scope and version that the push names.
    ///   - now: seconds since 1970.
    /// - Throws: what is wrong, by path.
    package init(
        verifying pushed: PushedDigest, of market: Organization, against definition: ScopeDefinition, now: Int64
    ) throws(PathProblems) {
        let place = pushed.path.member("sd_jwt")
        guard definition.heldBy == .market else {
            throw PathProblems(pushed.path.member("scope").text, "the person keeps this scope; send a deposit")
        }
        if let problems = PathProblems(definition.problems(of: pushed.shape, at: pushed.path.member("shape"))) {
            throw problems
        }
        if let end = pushed.expiresAt, end <= now {
            throw PathProblems(pushed.path.member("expires_at").text, "is in the past")
        }
        do throws(PathProblem) {
            let verified = try MarketSignature(keys: market.keys, type: "scope-values+sd-jwt")
                .verify(pushed.issuerSigned, at: place)
            let claims = verified.claims
            try MarketClaims(claims: claims, path: place).check(
                market: market.marketURI ?? "", scope: pushed.scope, version: pushed.version,
                allowed: ["iss", "iat", "exp", "scope", "version", "_sd", "_sd_alg"], now: now)
            if let end = claims["exp"] {
                guard let end = end.integer, end > now else { throw place.problem("its exp is no time to come") }
            }
            try Self.checkDigests(claims, atLeast: pushed.shape.entries.count, at: place)
            signature = verified.signature
        } catch {
            throw PathProblems(error.path, error.problem)
        }
        self.pushed = pushed
        digestHash = Array(SHA256.hash(data: Array(pushed.issuerSigned.utf8)))
    }

    /// One digest for each claim of the shape at least; decoys come on top (RFC 9901 §4.2.5).
    private static func checkDigests(
        _ claims: JSONObject, atLeast minimum: Int, at place: ValuePath
    ) throws(PathProblem) {
        guard claims["_sd_alg"] == "sha-256" else { throw place.problem("its _sd_alg must be sha-256") }
        guard let digests = claims["_sd"]?.array, digests.count <= 2 * ScopeDefinition.maximumClaims,
            digests.allSatisfy({ $0.string.flatMap { try? Base64URL.decode($0) }?.count == SHA256.byteCount })
        else { throw place.problem("its _sd must be a list of at most 128 digests in base64url") }
        guard digests.count >= minimum else {
            throw place.problem("its _sd has fewer digests than the shape has claims")
        }
        guard Set(digests.compactMap(\.string)).count == digests.count else {
            throw place.problem("its _sd has a digest twice")
        }
    }
}

/// A deposit whose shape the market has signed. What is in it only the person can read.
package struct VerifiedDeposit: Sendable {
    package let pushed: PushedDeposit
    /// SHA-256 of the compact JWE.
    package let sealedHash: [UInt8]

    /// - Parameters:
    ///   - market: whose token the push came with; its keys sign.
    ///   - definition: of the scope and version that the push names.
    ///   - keyID: of the person's encryption key now.
    ///   - now: seconds since 1970.
    /// - Throws: what is wrong, by path.
    package init(
        verifying pushed: PushedDeposit, of market: Organization, against definition: ScopeDefinition,
        encryptionKey keyID: String, now: Int64
    ) throws(PathProblems) {
        guard definition.heldBy == .person else {
            throw PathProblems(pushed.path.member("scope").text, "the market keeps this scope; send a digest")
        }
        if let problems = PathProblems(definition.problems(of: pushed.shape, at: pushed.path.member("shape"))) {
            throw problems
        }
        guard pushed.keyID.hasSameBytes(as: keyID) else {
            throw PathProblems(
                pushed.path.member("key_id").text, "is not the person's encryption key now; ask for their keys again")
        }
        let hash = pushed.sealedHash
        do throws(PathProblem) {
            try Self.checkSealed(pushed, at: pushed.path.member("jwe"))
            let place = pushed.path.member("shape_signature")
            let claims = try MarketSignature(keys: market.keys, type: "scope-shape+jwt")
                .verify(pushed.shapeSignature, at: place).claims
            try MarketClaims(claims: claims, path: place).check(
                market: market.marketURI ?? "", scope: pushed.scope, version: pushed.version,
                allowed: ["iss", "iat", "scope", "version", "shape", "jwe_hash"], now: now)
            guard claims["shape"] == pushed.shape.json else { throw place.problem("its shape is another one") }
            guard claims["jwe_hash"] == .string(Base64URL.encode(hash)) else {
                throw place.problem("its jwe_hash is of another JWE")
            }
        } catch {
            throw PathProblems(error.path, error.problem)
        }
        self.pushed = pushed
        sealedHash = hash
    }

    /// What can be seen without the key: that the browser will be able to open it, and that nothing is in its header that
    /// others act upon.
    private static func checkSealed(_ pushed: PushedDeposit, at place: ValuePath) throws(PathProblem) {
        do throws(SealedMessageRefusal) {
            _ = try SealedMessage(checking: pushed.jwe, content: .scopeValues, recipient: .key(id: pushed.keyID))
        } catch {
            throw place.problem(error.sentence)
        }
    }
}

extension SealedMessageRefusal {
    fileprivate var sentence: String {
        switch self {
        case .tooLong: "it is longer than \(MessageLimits.sealed) bytes"
        case .jwe(.compressed): "it is compressed, which is not accepted"
        case .jwe: "it is no JWE that is accepted here"
        case .wrongAlgorithm: "its alg must be ECDH-ES+A256KW"
        case .wrongEncryption: "its enc must be A256GCM"
        case .wrongKey: "its kid must be the key_id"
        case .ephemeralKey: "its epk must be a point of P-256"
        case .wrongContentType: "its cty must be sd-jwt"
        case .headerMember: "its header may have alg, enc, kid, epk, cty only"
        case .wrongLength: "its key, nonce or tag has not its length"
        }
    }
}
