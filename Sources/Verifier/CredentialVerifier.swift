package import CredentialFormats
package import Foundation
import JOSE
import WireFormats

/// Verifies credentials of every format issued here, told apart by their bytes.
package struct CredentialVerifier: Sendable {
    private let keys: any IssuerKeyResolver
    /// How far the issuer's clock and ours may be apart.
    private let clockTolerance: TimeInterval

    package init(keys: any IssuerKeyResolver, clockTolerance: TimeInterval = 60) {
        self.keys = keys
        self.clockTolerance = clockTolerance
    }

    /// What is demanded of the holder who presents the credential.
    package enum PresentationDemand: Sendable {
        /// The key binding JWT that was asked for, RFC 9901 §7.3.
        case keyBinding(VerifiedSDJWT.KeyBindingExpectation)
        /// Nobody asked the holder for anything: the credential is looked at as it is.
        case nothingAsked
    }

    /// Checks all there is to check. What fails is in the report; only what cannot be read at all is thrown.
    package func verify(
        _ credential: [UInt8], presentation: PresentationDemand = .nothingAsked, at instant: Date
    ) async throws(UnreadableCredential) -> VerificationReport {
        let unverified = try UnverifiedCredential(parsing: credential)
        let query = unverified.keyQuery(at: instant)
        let finding: IssuerKeyFinding
        do throws(IssuerKeyRefusal) {
            finding = try await keys.findKey(for: query)
        } catch {
            var checks = CheckList()
            checks.record(.issuerKey, .failed, error.explanation)
            return VerificationReport(
                format: unverified.format, issuer: unverified.issuer, keyUsed: nil, checks: checks.complete(),
                content: nil)
        }
        var checks = CheckList()
        checks.record(.issuerKey, .passed, finding.source)
        let content: VerifiedContent?
        let clock = Clock(instant: instant, tolerance: clockTolerance)
        switch unverified.token {
        case .sdJWT(let token):
            content = SDJWTVCChecks(token: token, presentation: presentation, clock: clock).run(finding.key, &checks)
        case .w3cJWT(let token):
            content = W3CJWTChecks(token: token, format: unverified.format, clock: clock).run(finding.key, &checks)
        }
        let keyUsed = VerificationReport.KeyUsed(
            keyID: query.keyID, algorithm: finding.key.algorithm, source: finding.source,
            thumbprint: Base64URL.encode(finding.key.thumbprint))
        return VerificationReport(
            format: unverified.format, issuer: unverified.issuer ?? finding.certifiedName, keyUsed: keyUsed,
            checks: checks.complete(), content: content)
    }

    /// The time of a verification.
    struct Clock {
        let instant: Date
        let tolerance: TimeInterval
    }
}

extension CheckList {
    mutating func recordSignature(refusal: JWSRefusal?) {
        let failure =
            switch refusal {
            case nil: String?.none
            case .keyOfOtherAlgorithm: "the header names another algorithm than the issuer's key is for"
            default: "the signature is not by the issuer's key over this content"
            }
        record(.signature, failure: failure, otherwise: "by the issuer's key")
    }

    mutating func recordStatus(_ status: JSON?) {
        if status == nil {
            record(.status, .notApplicable, "no status in credential")
        } else {
            record(.status, .notChecked, "status present but not checked")
        }
    }
}
