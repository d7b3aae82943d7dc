import CredentialFormats
import Foundation
import JOSE
import WireFormats

/// The checks of an SD-JWT VC, draft-ietf-oauth-sd-jwt-vc §3.4 and RFC 9901 §7.
struct SDJWTVCChecks {
    let token: UnverifiedSDJWT
    let presentation: CredentialVerifier.PresentationDemand
    let clock: CredentialVerifier.Clock

    /// Claims that must not be selectively disclosable, draft-ietf-oauth-sd-jwt-vc §2.2.2.2.
    private static let reserved = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"]
    /// What is said about the credential, not about its subject.
    private static let registered = reserved + ["iat", "sub"]

    func run(_ key: PublicKey, _ checks: inout CheckList) -> VerifiedContent? {
        let verified: VerifiedSDJWT
        do throws(SDJWTRefusal) {
            verified = try token.verify(with: key)
        } catch .jws(let refusal) {
            checks.recordSignature(refusal: refusal)
            return nil
        } catch {
            // Disclosures are looked at only after the signature has been verified.
            checks.recordSignature(refusal: nil)
            checks.record(.disclosures, .failed, Self.explain(error))
            return nil
        }
        checks.recordSignature(refusal: nil)
        recordDisclosures(of: verified, &checks)
        let isType = verified.header["typ"].isMediaType("dc+sd-jwt")
        checks.record(.typeHeader, failure: isType ? nil : "typ is not dc+sd-jwt", otherwise: "dc+sd-jwt")
        recordReservedClaims(of: verified, &checks)
        let vct = verified.issuedPayload["vct"]?.string ?? ""
        checks.record(.dataModel, failure: dataModelFailure(verified.payload), otherwise: "vct and issuer are in order")
        let period = ValidityPeriod(claims: verified.payload)
        checks.record(
            .validity, failure: period.failure(at: clock.instant, tolerance: clock.tolerance),
            otherwise: period.summary)
        let holderKey = recordHolderKey(of: verified, &checks)
        recordPresentation(of: verified, &checks)
        checks.recordStatus(verified.payload["status"])
        return VerifiedContent(
            types: [vct], subject: verified.payload["sub"]?.string, holderKey: holderKey,
            issuedAt: period.issuedAt.map(Date.init(timeIntervalSince1970:)),
            expiresAt: period.expires.map(Date.init(timeIntervalSince1970:)),
            claims: Self.claims(of: verified), withheldCount: verified.withheldCount)
    }

    private static func claims(of verified: VerifiedSDJWT) -> JSONObject {
        var claims = verified.payload
        for name in registered { claims[name] = nil }
        return claims
    }

    private func recordDisclosures(of verified: VerifiedSDJWT, _ checks: inout CheckList) {
        let (given, withheld) = (token.disclosures.count, verified.withheldCount)
        if given + withheld == 0 {
            checks.record(.disclosures, .notApplicable, "nothing is selectively disclosable")
        } else {
            checks.record(.disclosures, .passed, "\(given) disclosed, \(withheld) withheld or decoys")
        }
    }

    /// A name present only after disclosure, or with a value that disclosures changed, was selectively disclosable.
    private func recordReservedClaims(of verified: VerifiedSDJWT, _ checks: inout CheckList) {
        let offending = Self.reserved.first { verified.payload[$0] != verified.issuedPayload[$0] }
        checks.record(
            .reservedClaims, failure: offending.map { "\($0) was selectively disclosable" },
            otherwise: "issuer, type, key and times could not have been withheld")
    }

    private func dataModelFailure(_ payload: JSONObject) -> String? {
        guard let vct = payload["vct"]?.string, !vct.isEmpty else { return "vct is missing" }
        if let issuer = payload["iss"], issuer.string == nil { return "iss is not a string" }
        return nil
    }

    private func recordHolderKey(of verified: VerifiedSDJWT, _ checks: inout CheckList) -> PublicKey? {
        guard let confirmation = verified.payload["cnf"] else {
            checks.record(.holderKey, .notApplicable, "bound to no key: whoever has it can present it")
            return nil
        }
        do throws(JWKRefusal) {
            if let key = try verified.holderKey() {
                checks.record(.holderKey, .passed, "bound to the key in cnf")
                return key
            }
            let isMalformed = confirmation.object == nil || confirmation["jwk"] != nil
            checks.record(
                .holderKey, isMalformed ? .failed : .notChecked, "cnf names its key in a way that is not read here")
        } catch {
            checks.record(.holderKey, .failed, "the key in cnf is not a public signature key of a supported type")
        }
        return nil
    }

    private func recordPresentation(of verified: VerifiedSDJWT, _ checks: inout CheckList) {
        switch (presentation, token.keyBindingJWT) {
        case (.nothingAsked, nil):
            checks.record(.presentation, .notApplicable, "not a presentation: no key binding JWT")
        case (.keyBinding, nil):
            checks.record(.presentation, .failed, "the key binding JWT that was asked for is missing")
        case (.keyBinding(let expected), _?):
            let failure = Self.keyBindingFailure(verified, expected)
            checks.record(.presentation, failure: failure, otherwise: "signed by the holder for this request")
        case (.nothingAsked, let compact?):
            // What the holder states is taken for what was asked, so that signature, type, hash and time are checked.
            guard let stated = Self.statedExpectation(compact, until: clock.instant + clock.tolerance) else {
                return checks.record(.presentation, .failed, "the key binding JWT is malformed or from the future")
            }
            checks.record(
                .presentation, failure: Self.keyBindingFailure(verified, stated),
                otherwise: "signed by the holder; for whom and when was not asked")
        }
    }

    private static func statedExpectation(
        _ compact: [UInt8], until latest: Date
    ) -> VerifiedSDJWT.KeyBindingExpectation? {
        guard let token = try? UnverifiedJWS(parsing: compact), let claims = try? JSON(parsing: token.payload),
            let nonce = claims["nonce"]?.string, let audience = claims["aud"]?.string
        else { return nil }
        return .init(nonce: nonce, audience: audience, issuedAt: 0...Int64(max(0, latest.timeIntervalSince1970)))
    }

    private static func keyBindingFailure(
        _ verified: VerifiedSDJWT, _ expected: VerifiedSDJWT.KeyBindingExpectation
    ) -> String? {
        do throws(SDJWTRefusal) {
            _ = try verified.verifyKeyBinding(expected)
            return nil
        } catch .keyBinding(let refusal) {
            return switch refusal {
            case .noHolderKey: "there is a key binding JWT, but no key of a holder"
            case .jws: "the key binding JWT is not signed by the holder's key"
            case .wrongType: "the key binding JWT has another typ"
            case .payloadNotJSONObject: "the key binding JWT has no JSON object"
            case .wrongNonce: "the key binding JWT answers another request"
            case .wrongAudience: "the key binding JWT is for somebody else"
            case .notFresh: "the key binding JWT is too old or from the future"
            case .wrongHash: "the key binding JWT belongs to another presentation"
            }
        } catch {
            return "the key binding JWT is missing"
        }
    }

    private static func explain(_ refusal: SDJWTRefusal) -> String {
        switch refusal {
        case .unsupportedHashAlgorithm: "_sd_alg is not sha-256"
        case .malformedDisclosure: "a disclosure is malformed or of the wrong kind for its place"
        case .forbiddenName: "a disclosure uses a reserved name"
        case .nameCollision: "a disclosure repeats a claim that is there already"
        case .duplicateDigest: "a disclosure or digest occurs twice"
        case .unreferencedDisclosure: "a disclosure does not belong to this credential"
        case .malformedDigestList: "the list of digests is malformed"
        default: "the disclosures cannot be read"
        }
    }
}
