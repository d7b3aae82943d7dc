import CredentialFormats
import Foundation
import JOSE
import WireFormats

/// The checks of a W3C credential as a JWT: data model 1.1 §6.3.1, or 2.0 with VC-JOSE-COSE §3.1.
struct W3CJWTChecks {
    let token: UnverifiedJWS
    let format: CredentialFormat
    let clock: CredentialVerifier.Clock

    func run(_ key: PublicKey, _ checks: inout CheckList) -> VerifiedContent? {
        let verified: VerifiedJWS
        do throws(JWSRefusal) {
            verified = try token.verify(with: key)
        } catch {
            checks.recordSignature(refusal: error)
            return nil
        }
        checks.recordSignature(refusal: nil)
        guard let payload = (try? JSON(parsing: verified.payload))?.object,
            let credential = format == .w3cModel1 ? payload["vc"]?.object : payload
        else {
            checks.record(.dataModel, .failed, "there is no credential in the payload")
            return nil
        }
        recordType(verified.header, &checks)
        let mapping = W3CJWTMapping(payload: payload, credential: credential)
        let failure = format == .w3cModel1 ? mapping.failureOfModel1() : mapping.failureOfModel2()
        checks.record(.dataModel, failure: failure, otherwise: "claims and credential agree")
        var period = ValidityPeriod(claims: payload)
        if format == .w3cModel1 {
            period.narrow(from: "issuanceDate", until: "expirationDate", in: credential)
        } else {
            period.narrow(from: "validFrom", until: "validUntil", in: credential)
        }
        checks.record(
            .validity, failure: period.failure(at: clock.instant, tolerance: clock.tolerance),
            otherwise: period.summary)
        let holderKey = recordHolderKey(mapping, &checks)
        for name in [Check.Name.disclosures, .reservedClaims, .presentation] {
            checks.record(name, .notApplicable, "the format has no selective disclosure")
        }
        checks.recordStatus(credential["credentialStatus"])
        return VerifiedContent(
            types: credential["type"]?.texts ?? [], subject: mapping.subject, holderKey: holderKey,
            issuedAt: (period.issuedAt ?? period.notBefore).map(Date.init(timeIntervalSince1970:)),
            expiresAt: period.expires.map(Date.init(timeIntervalSince1970:)), claims: mapping.claims,
            withheldCount: 0)
    }

    private func recordType(_ header: JSONObject, _ checks: inout CheckList) {
        switch format {
        case .w3cModel1:
            // Data model 1.1 §6.3.1: typ may be absent.
            let isRight = header["typ"] == nil || header["typ"].isMediaType("jwt")
            checks.record(.typeHeader, failure: isRight ? nil : "typ is not JWT", otherwise: "JWT")
        case .w3cModel2, .sdJWTVC:
            let isRight = header["typ"].isMediaType("vc+jwt")
            let isOfCredential = header["cty"] == nil || header["cty"].isMediaType("vc")
            checks.record(
                .typeHeader,
                failure: isRight ? isOfCredential ? nil : "cty is not vc" : "typ is not vc+jwt", otherwise: "vc+jwt")
        }
    }

    /// The key in `cnf` (RFC 7800) or in the subject's DID; if both are there they are the same.
    private func recordHolderKey(_ mapping: W3CJWTMapping, _ checks: inout CheckList) -> PublicKey? {
        let confirmed = mapping.payload["cnf"].map { $0["jwk"]?.object.flatMap { try? PublicKey(jwk: $0) } }
        if case .some(nil) = confirmed {
            checks.record(.holderKey, .failed, "the key in cnf is not a public signature key of a supported type")
            return nil
        }
        let named = mapping.subject.flatMap { try? DIDKeyMaterial.publicKey(for: $0) }
        switch (confirmed ?? nil, named) {
        case (let confirmed?, let named?) where confirmed != named:
            checks.record(.holderKey, .failed, "cnf and the subject's DID are different keys")
            return nil
        case (let key?, _):
            checks.record(.holderKey, .passed, "bound to the key in cnf")
            return key
        case (nil, let key?):
            checks.record(.holderKey, .passed, "bound to the key in the subject's DID")
            return key
        case (nil, nil) where mapping.subject?.hasPrefix("did:") == true:
            checks.record(.holderKey, .notChecked, "the subject's DID does not contain its key")
            return nil
        case (nil, nil):
            checks.record(.holderKey, .notApplicable, "bound to no key: whoever has it can present it")
            return nil
        }
    }
}

extension JSON {
    /// One string, or an array of nothing but strings.
    var texts: [String]? {
        if let string { return [string] }
        guard let array else { return nil }
        let texts = array.compactMap(\.string)
        return texts.count == array.count ? texts : nil
    }
}
