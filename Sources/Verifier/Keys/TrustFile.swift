import JOSE
import SwiftASN1
package import WireFormats
import X509

/// What a verifier was told to trust: certificates of authorities in PEM, or keys as JSON.
///
/// JSON is a JWK Set, or JWT VC issuer metadata with `issuer` and `jwks`; the keys of the latter count for that issuer
/// only.
package struct TrustFile: IssuerKeyResolver {
    package enum Malformation: Error, Equatable {
        case empty
        case certificate
        case json(JSONMalformation)
        case notAKeySet
    }

    private struct TrustedKeys: Sendable {
        let issuer: String?
        let set: JWKSet
    }

    private let path: CertificatePath?
    private let keys: [TrustedKeys]

    package init(parsing file: [UInt8]) throws(Malformation) {
        guard let start = file.first(where: { !" \t\r\n".utf8.contains($0) }) else { throw .empty }
        if start == UInt8(ascii: "{") {
            path = nil
            keys = [try Self.keys(file)]
        } else {
            path = CertificatePath(anchors: try Self.certificates(file))
            keys = []
        }
    }

    /// Trust in whatever any of several files trusts.
    package init(combining files: [TrustFile]) {
        let anchors = files.flatMap { $0.path?.anchors ?? [] }
        path = anchors.isEmpty ? nil : CertificatePath(anchors: anchors)
        keys = files.flatMap(\.keys)
    }

    private static func keys(_ file: [UInt8]) throws(Malformation) -> TrustedKeys {
        let json: JSON
        do throws(JSONMalformation) {
            json = try JSON(parsing: file)
        } catch {
            throw .json(error)
        }
        guard let set = JWKSet(json["jwks"] ?? json) else { throw .notAKeySet }
        return TrustedKeys(issuer: json["issuer"]?.string, set: set)
    }

    private static func certificates(_ file: [UInt8]) throws(Malformation) -> [Certificate] {
        let documents = try? PEMDocument.parseMultiple(pemString: String(decoding: file, as: UTF8.self))
        let certificates = documents?.compactMap { try? Certificate(pemDocument: $0) } ?? []
        guard !certificates.isEmpty, certificates.count == documents?.count else { throw .certificate }
        return certificates
    }

    package func findKey(for query: IssuerKeyQuery) async throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        var refusal: IssuerKeyRefusal?
        if let path, !query.certificateChain.isEmpty || keys.isEmpty {
            do throws(CertificateRefusal) {
                return try await path.findKey(for: query)
            } catch {
                refusal = .certificate(error)
            }
        }
        for trusted in keys {
            if let issuer = trusted.issuer, query.issuer.map({ $0.hasSameBytes(as: issuer) }) != true {
                refusal = refusal ?? .keyOfOtherIssuer
                continue
            }
            do throws(IssuerKeyRefusal) {
                let key = try trusted.set.key(query.keyID, of: query.issuer)
                return IssuerKeyFinding(key: key, source: "in the trusted key set")
            } catch {
                refusal = refusal ?? error
            }
        }
        throw refusal ?? .unknownKeyID
    }
}
