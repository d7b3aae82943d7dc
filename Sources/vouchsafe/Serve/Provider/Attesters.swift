import AuthorizationServer
import ConfigurationFile
import Foundation
import JOSE
import Verifier
import WireFormats

/// The attesters whose word about wallets is taken.
struct Attesters: TrustedAttesters {
    private struct Attester {
        let issuer: String
        let trust: TrustFile
    }

    private let attesters: [Attester]

    init(_ installation: Installation) throws {
        attesters = try installation.configuration.authorizationServer.trustedAttesters.map { settings in
            let path =
                switch settings.keys {
                case .keys(let file), .roots(let file): file
                }
            do throws(TrustFile.Malformation) {
                return Attester(issuer: settings.issuer, trust: try TrustFile(parsing: try installation.bytes(path)))
            } catch {
                throw CommandFailure("\(path): has no keys or certificates of an attester")
            }
        }
    }

    func key(of attestation: UnverifiedJWS, attester: String?, at instant: Date) async throws -> PublicKey {
        let chain = attestation.header["x5c"]?.array?.compactMap { element -> [UInt8]? in
            element.string.flatMap { Data(base64Encoded: $0) }.map(Array.init)
        }
        // An attestation need not say who made it; the certificate or the key does.
        let candidates = attesters.filter { attester == nil || $0.issuer.hasSameBytes(as: attester ?? "") }
        for candidate in candidates {
            let query = IssuerKeyQuery(
                issuer: nil, keyID: attestation.header["kid"]?.string, algorithm: attestation.algorithm,
                certificateChain: chain ?? [], instant: instant)
            if let finding = try? await candidate.trust.findKey(for: query) { return finding.key }
        }
        throw CommandFailure("the attester is not trusted")
    }
}

extension Installation {
    /// The contents of a file, as `TrustFile` takes them.
    fileprivate func bytes(_ path: String) throws(TrustFile.Malformation) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file(path).path) else { throw .empty }
        return Array(data)
    }
}
