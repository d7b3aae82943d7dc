import Crypto
package import JOSE
package import WireFormats

/// Why a string is no SD-JWT, or its disclosures do not fit it.
package enum SDJWTRefusal: Error, Equatable {
    /// No `~`, or a disclosure that is empty or no base64url.
    case malformed
    case tooManyDisclosures
    case jws(JWSRefusal)
    case payloadNotJSONObject
    case unsupportedHashAlgorithm
    /// Not `[salt, name, value]` or `[salt, value]`, in the wrong place, or nested too deep.
    case malformedDisclosure
    /// A disclosed name is `_sd` or `...`.
    case forbiddenName
    /// A disclosed name already stands beside its digest.
    case nameCollision
    case duplicateDigest
    /// RFC 9901 §7.1 step 5: a disclosure that nothing refers to.
    case unreferencedDisclosure
    case malformedDigestList
    case missingKeyBinding
    case keyBinding(KeyBindingRefusal)
}

/// An SD-JWT in compact form, RFC 9901 §4, whose signature nobody has checked yet.
package struct UnverifiedSDJWT: Sendable {
    /// More than any credential needs; bounds the work of an attacker's.
    package static let maximumDisclosures = 1000

    package let jws: UnverifiedJWS
    /// Disclosures as sent: their digests cover these very bytes.
    package let disclosures: [[UInt8]]
    package let keyBindingJWT: [UInt8]?
    /// Everything up to and including the last `~`: what `sd_hash` covers.
    let presentedBytes: [UInt8]

    package init(parsing compact: some StringProtocol) throws(SDJWTRefusal) {
        try self.init(parsing: Array(compact.utf8))
    }

    package init(parsing compact: [UInt8]) throws(SDJWTRefusal) {
        let tilde = UInt8(ascii: "~")
        guard compact.count <= 4 * UnverifiedJWS.maximumBytes else { throw .malformed }
        let parts = compact.split(
            separator: tilde, maxSplits: Self.maximumDisclosures + 2, omittingEmptySubsequences: false)
        guard let token = parts.first, let last = parts.last, parts.count >= 2 else { throw .malformed }
        guard parts.count - 2 <= Self.maximumDisclosures else { throw .tooManyDisclosures }
        do throws(JWSRefusal) {
            jws = try UnverifiedJWS(parsing: Array(token))
        } catch {
            throw .jws(error)
        }
        disclosures = parts[1..<(parts.count - 1)].map(Array.init)
        guard disclosures.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
        keyBindingJWT = last.isEmpty ? nil : Array(last)
        presentedBytes = Array(compact[..<last.startIndex])
    }

    /// The same SD-JWT with its issuer's signature checked and its disclosures put in their places.
    package func verify(with key: PublicKey) throws(SDJWTRefusal) -> VerifiedSDJWT {
        let verified: VerifiedJWS
        do throws(JWSRefusal) {
            verified = try jws.verify(with: key)
        } catch {
            throw .jws(error)
        }
        return try resolve(verified)
    }

    /// As ``verify(with:)``, for whoever has verified ``jws`` already.
    package func resolve(_ verified: VerifiedJWS) throws(SDJWTRefusal) -> VerifiedSDJWT {
        guard verified.payload == jws.payload else { throw .jws(.invalidSignature) }
        guard let payload = (try? JSON(parsing: verified.payload))?.object else { throw .payloadNotJSONObject }
        let resolved = try DisclosureResolver.resolve(payload, disclosures: disclosures)
        return VerifiedSDJWT(
            header: verified.header, payload: resolved.payload, issuedPayload: payload,
            withheldCount: resolved.withheldCount, keyBindingJWT: keyBindingJWT,
            presentationHash: Array(SHA256.hash(data: presentedBytes)))
    }
}

/// An SD-JWT whose issuer's signature and disclosures have been verified.
package struct VerifiedSDJWT: Sendable {
    package let header: JSONObject
    /// The claims with every disclosed one in place and nothing of SD-JWT's own members left.
    package let payload: JSONObject
    /// The payload as signed, before disclosures were put in: what stands here cannot have been withheld.
    package let issuedPayload: JSONObject
    /// Digests that no disclosure belongs to: withheld claims and decoys.
    package let withheldCount: Int
    let keyBindingJWT: [UInt8]?
    let presentationHash: [UInt8]

    fileprivate init(
        header: JSONObject, payload: JSONObject, issuedPayload: JSONObject, withheldCount: Int,
        keyBindingJWT: [UInt8]?, presentationHash: [UInt8]
    ) {
        self.header = header
        self.payload = payload
        self.issuedPayload = issuedPayload
        self.withheldCount = withheldCount
        self.keyBindingJWT = keyBindingJWT
        self.presentationHash = presentationHash
    }
}
