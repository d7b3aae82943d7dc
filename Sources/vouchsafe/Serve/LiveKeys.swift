import CredentialFormats
import CredentialIssuer
import Foundation
import KeyStore
import Synchronization
import WebServer
import WireFormats

/// The keys in use, swapped whole when they change, and what is made of them once.
final class LiveKeys: Sendable {
    /// Everything that holds as long as one key signs.
    private struct Snapshot {
        let ring: KeyRing
        let encoders: [String: any CredentialEncoder]
        let documents: IssuerSite.KeyDocuments
        /// When another key will take over, as far as is known.
        let validUntil: Date
    }

    private let configurations: [CredentialConfiguration]
    private let snapshot: Mutex<Snapshot>

    init(_ ring: KeyRing, configurations: [CredentialConfiguration], now: Date) throws {
        self.configurations = configurations
        snapshot = Mutex(try Self.makeSnapshot(ring, configurations, at: now))
    }

    /// The key set that the portal is known by.
    var portalKeys: JSON { ring.portalKeySet }
    var ring: KeyRing { snapshot.withLock { $0.ring } }
    var documents: IssuerSite.KeyDocuments { snapshot.withLock { $0.documents } }

    func encoder(_ configurationID: String, at instant: Date) throws -> any CredentialEncoder {
        let encoder = try snapshot.withLock { snapshot in
            if instant >= snapshot.validUntil {
                snapshot = try Self.makeSnapshot(snapshot.ring, configurations, at: instant)
            }
            return snapshot.encoders[configurationID]
        }
        guard let encoder else { throw CommandFailure("no encoder for \(configurationID)") }
        return encoder
    }

    func replace(_ ring: KeyRing, now: Date) throws {
        let next = try Self.makeSnapshot(ring, configurations, at: now)
        snapshot.withLock { $0 = next }
    }

    private static func makeSnapshot(
        _ ring: KeyRing, _ configurations: [CredentialConfiguration], at instant: Date
    ) throws -> Snapshot {
        let key = try ring.issuerKey(at: instant)
        let encoders = configurations.map { ($0.id, $0.encoder(key: key)) }
        let changes = ring.signingKeys.flatMap {
            [$0.activeFrom, $0.certificateExpires, $0.retiredAt ?? .distantFuture]
        }
        return Snapshot(
            ring: ring, encoders: Dictionary(uniqueKeysWithValues: encoders),
            documents: IssuerSite.KeyDocuments(
                jwks: PublishedDocument(ring.jwks), tokenKeys: PublishedDocument(ring.tokenKeySet),
                jwtVCIssuer: PublishedDocument(ring.jwtVCIssuerMetadata),
                did: PublishedDocument(ring.didDocument, contentType: "application/did+json"),
                developmentRootPEM: ring.developmentRoots.map(\.pem).joined()),
            validUntil: changes.filter { $0 > instant }.min() ?? .distantFuture)
    }
}

extension CredentialConfiguration {
    fileprivate func encoder(key: IssuerKey) -> any CredentialEncoder {
        switch format {
        case .sdJWTVC(let vct, let decoys): SDJWTVCEncoder(key: key, vct: vct, decoys: decoys)
        case .jwtVCJSON(let type), .jwtVCJSONLD(let type): W3CJWTEncoder(key: key, type: type)
        }
    }
}
