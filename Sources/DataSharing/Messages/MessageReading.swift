import JOSE
import OAuth
import WireFormats

/// Reads what messages have alike, each check naming its claim.
extension JWTClaimReader {
    /// Whole seconds since 1970, up to the end of the year 9999.
    func seconds(_ name: String) throws(JWTFault) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.integer, (0...253_402_300_799).contains(seconds) else { throw .malformedClaim(name) }
        return seconds
    }

    func requiredSeconds(_ name: String) throws(JWTFault) -> Int64 {
        guard let seconds = try seconds(name) else { throw .missingClaim(name) }
        return seconds
    }

    func requiredHash(_ name: String) throws(JWTFault) -> MessageHash {
        guard let hash = MessageHash(try requiredText(name)) else { throw .malformedClaim(name) }
        return hash
    }

    func requiredScope() throws(JWTFault) -> String {
        let scope = try requiredText("scope")
        guard ScopeName(scope) != nil else { throw .malformedClaim("scope") }
        return scope
    }

    /// A version counts from 1.
    func requiredVersion() throws(JWTFault) -> Int64 {
        guard let value = claims["version"] else { throw .missingClaim("version") }
        guard let version = value.integer, (1...Int64(Int32.max)).contains(version) else {
            throw .malformedClaim("version")
        }
        return version
    }

    /// 1 to 64 different names of claims.
    func requiredClaimNames() throws(JWTFault) -> [String] {
        guard let value = claims["claims"] else { throw .missingClaim("claims") }
        guard let names = ClaimNames.parse(value) else { throw .malformedClaim("claims") }
        return names
    }

    /// Nothing but `names` stands there: what nobody understands, nobody has checked.
    func requireOnly(_ names: Set<String>) throws(JWTFault) {
        for member in claims.members where !names.contains(member.name) || !member.name.utf8.allSatisfy({ $0 < 0x80 }) {
            throw .malformedClaim("claim that is not known")
        }
    }
}

/// A signed message that nobody has verified, and the key that its header names.
struct NamedSignature {
    let token: UnverifiedJWS
    let keyID: String

    init(
        _ compact: String, type: String, algorithms: Set<SignatureAlgorithm>,
        maximumBytes: Int = MessageLimits.statement
    ) throws(JWTFault) {
        token = try JWTHeaderRules(types: [type], algorithms: algorithms).parse(compact, maximumBytes: maximumBytes)
        guard let keyID = token.header["kid"]?.string, (1...256).contains(keyID.utf8.count) else {
            throw .missingClaim("kid")
        }
        self.keyID = keyID
    }

    func verify(with keys: VerificationKeys) throws(JWTFault) -> JWTClaimReader {
        try JWTClaimReader(payload: keys.verify(token).payload)
    }
}
