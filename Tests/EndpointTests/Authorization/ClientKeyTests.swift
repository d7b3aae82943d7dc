import Foundation
import JOSE
import OAuth
import Storage
import Synchronization
import Testing
import WireFormats

@testable import AuthorizationServer
@testable import vouchsafe

/// Keys that clients publish, and change.
@Suite struct ClientKeyTests {
    private static let address = "https://bank.example.org/keys"

    private static func keySet(_ key: PrivateKey, _ keyID: String) -> [UInt8] {
        var jwk = key.publicKey.jwk
        jwk["kid"] = .string(keyID)
        return JSON.object(["keys": [.object(jwk)]]).encoded()
    }

    @Test("A key that the kept copy lacks is looked for in one as fresh as the request, by the server's own clock")
    func looksForNewKey() async throws {
        let issuer = try await TestIssuer()
        let (old, new) = (PrivateKey.generateP256(), PrivateKey.generateP256())
        let documents = RotatedKeys(kept: Self.keySet(old, "old"), fresh: Self.keySet(new, "new"))
        var metadata = ClientMetadata()
        metadata.keys = .address(Self.address)
        let client = RegisteredClient(id: "bank", metadata: metadata)
        let directory = ClientDirectory(
            configured: [client], store: SQLClientStore(database: issuer.installation.database), documents: documents)
        issuer.clock.advance(by: 1_000_000)
        let instant = issuer.clock.now
        for (keyID, key) in [(nil, old), ("old", old), ("new", new)] as [(String?, PrivateKey)] {
            let keys = try #require(await directory.keys(of: client, keyID: keyID, at: instant))
            let known = keys.verificationKeys(keyID: keyID, algorithm: .es256)
            #expect(known.map(\.thumbprint) == [key.publicKey.thumbprint])
        }
        #expect(documents.asked == [nil, nil, nil, instant])
    }
}

/// A client's key set that has changed since a copy was kept.
private final class RotatedKeys: ClientDocumentSource {
    private let kept: [UInt8]
    private let fresh: [UInt8]
    private let instants = Mutex<[Date?]>([])

    init(kept: [UInt8], fresh: [UInt8]) { (self.kept, self.fresh) = (kept, fresh) }

    var asked: [Date?] { instants.withLock { $0 } }

    func document(at url: String, freshAt instant: Date?) async -> [UInt8]? {
        instants.withLock { $0.append(instant) }
        return instant == nil ? kept : fresh
    }
}
