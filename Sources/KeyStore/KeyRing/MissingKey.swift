import Foundation
import JOSE

/// A key that the issuer needs and does not have.
enum MissingKey: Equatable {
    case symmetric(KeyPurpose)
    case developmentAuthority
    case signing(activeFrom: Date)
    case plainSigning(KeyPurpose, SignatureAlgorithm, activeFrom: Date)
}

/// A wish for a signing key of at least this generation.
struct Rotation {
    var purpose = KeyPurpose.credentialSigning
    let generation: Int
    let activeFrom: Date
}

extension OpenedKeys {
    /// A development certificate is replaced when it has less than this left.
    static let renewalMargin = Duration.seconds(30 * 86_400)
    /// How long a key that replaces an expiring one is published before it signs.
    static let renewalDelay = Duration.seconds(86_400)

    /// The first key to make, or nil if nothing is missing.
    func firstMissing(
        for issuer: IssuerIdentity, at instant: Date, rotation: Rotation?
    ) throws(KeyRingFault) -> MissingKey? {
        for purpose in [KeyPurpose.ticketAuthentication, .codeAuthentication, .dataEncryption]
        where newestSymmetric(purpose) == nil {
            return .symmetric(purpose)
        }
        if authorities.isEmpty { return .developmentAuthority }
        if let activeFrom = try neededSigningKey(for: issuer, at: instant, rotation: rotation) {
            return authorities[0].canCertify(at: instant) ? .signing(activeFrom: activeFrom) : .developmentAuthority
        }
        for (purpose, algorithm) in KeyPurpose.plainSigning {
            if !(plain[purpose] ?? []).contains(where: { $0.maySign(at: instant) }) {
                // Dated back for processes whose clock is behind.
                return .plainSigning(
                    purpose, algorithm, activeFrom: instant.advanced(by: .zero - DevelopmentAuthority.backdating))
            }
            if let rotation, rotation.purpose == purpose, highestGeneration(purpose) < rotation.generation {
                return .plainSigning(purpose, algorithm, activeFrom: rotation.activeFrom)
            }
        }
        return nil
    }

    /// From when a new signing key should sign, or nil if none is needed.
    private func neededSigningKey(
        for issuer: IssuerIdentity, at instant: Date, rotation: Rotation?
    ) throws(KeyRingFault) -> Date? {
        let own = signing.filter { $0.certificate.names(issuer) }
        guard own.contains(where: { $0.maySign(at: instant) }) else {
            if let imported = own.last(where: { $0.activeFrom <= instant }), !imported.isDevelopment {
                throw .certificateExpired(keyID: imported.keyID, on: imported.certificateExpires)
            }
            // Dated back as its certificate is: a process whose clock is behind must not take it for a later one.
            return instant.advanced(by: .zero - DevelopmentAuthority.backdating)
        }
        if let rotation, rotation.purpose == .credentialSigning,
            highestGeneration(.credentialSigning) < rotation.generation
        {
            return rotation.activeFrom
        }
        guard let newest = own.last, newest.isDevelopment,
            newest.certificateExpires < instant.advanced(by: Self.renewalMargin)
        else { return nil }
        return instant.advanced(by: Self.renewalDelay)
    }
}
