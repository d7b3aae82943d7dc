import Foundation
import JOSE
import OpenID4VCI
import Verifier
import WireFormats

/// A credential as it came from the issuer: nothing about it is believed yet.
struct IssuedCredential {
    let bytes: [UInt8]
    let offered: OfferedCredential
    let key: PrivateKey?
    /// The credential issuer identifier.
    let issuer: String

    /// Checks that it is valid, what was offered, for this wallet's key, and from the issuer of the offer.
    func verify(
        with verifier: CredentialVerifier, at instant: Date
    ) async throws(WalletRefusal) -> (VerificationReport, VerifiedContent) {
        let report: VerificationReport
        do throws(UnreadableCredential) {
            report = try await verifier.verify(bytes, at: instant)
        } catch {
            throw .unreadable(error)
        }
        guard isRelated(report.issuer) else { throw .issuedBySomebodyElse }
        guard report.isValid, let content = report.content else {
            let failure = report.failure
            throw .invalid(failure?.name ?? .signature, detail: failure?.detail.printable() ?? "not checked")
        }
        guard report.format.identifiers.contains(offered.format) else { throw .otherFormat }
        guard isOfOfferedType(content) else { throw .otherType }
        guard content.holderKey == key?.publicKey else { throw .boundToOtherKey }
        return (report, content)
    }

    private func isOfOfferedType(_ content: VerifiedContent) -> Bool {
        if offered.format == IssuedFormat.sdJWTVC.rawValue {
            guard let vct = offered.configuration.vct, let type = content.types.first else { return false }
            return type.hasSameBytes(as: vct)
        }
        let wanted = offered.configuration.types ?? []
        return !wanted.isEmpty && wanted.allSatisfy { type in content.types.contains { $0.hasSameBytes(as: type) } }
    }

    /// Whether `iss` is the credential issuer itself, or a did:web of the same host that is not for another path.
    private func isRelated(_ stated: String?) -> Bool {
        guard let stated, let issuer = try? WebAddress(self.issuer) else { return false }
        if let web = DIDWeb(stated) { return web.isAt(issuer) || web.isHost(of: issuer) }
        // Compared to the byte but for a lone `/`, which is no path.
        return stated.hasSameBytes(as: self.issuer)
            || issuer.target == "/" && (try? WebAddress(stated))?.text.hasSameBytes(as: issuer.text) == true
    }
}
