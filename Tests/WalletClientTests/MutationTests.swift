import Foundation
import JOSE
import OpenID4VCI
import TestSupport
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Mutated input")
struct MutationTests {
    private func mutated(_ text: String, by generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert("%?&=#{}[]\":,".utf8.randomElement(using: &generator)!, at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + 30))
            }
        }
        return bytes
    }

    @Test("Links, offers and metadata never crash their parsers", arguments: [1, 2, 3] as [UInt64])
    func parsers(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let offer = JSON.object(FakeIssuer.offer).description
        let metadata = JSON.object(FakeIssuer.metadata).description
        let byValue = "openid-credential-offer://?credential_offer=" + FormParameters.percentEncode(offer)
        for _ in 0..<3000 {
            for link in [FakeIssuer.link, byValue] {
                _ = try? CredentialOfferLink(parsing: String(decoding: mutated(link, by: &generator), as: UTF8.self))
            }
            _ = try? CredentialOffer(parsing: mutated(offer, by: &generator))
            _ = try? CredentialIssuerMetadata(parsing: mutated(metadata, by: &generator), fetchedFor: FakeIssuer.url)
        }
    }

    @Test("The wallet survives whatever the issuer's documents say", arguments: [4, 5] as [UInt64])
    func documents(seed: UInt64) async {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            for url in [FakeIssuer.offerURL, FakeIssuer.metadataURL, FakeIssuer.serverMetadataURL] {
                let original = FakeIssuer.documents[url]?.description ?? ""
                guard let mutant = try? JSON(parsing: mutated(original, by: &generator)) else { continue }
                let wallet = issuance(FakeIssuer { $0.documents[url] = mutant })
                guard let offered = try? await wallet.open(FakeIssuer.link) else { continue }
                let outcome = try? await wallet.accept(offered, txCode: "1")
                // Whatever was changed, what is received is valid and for the wallet's key.
                for received in outcome?.received ?? [] {
                    #expect(received.report.isValid && received.content.holderKey == received.key?.publicKey)
                }
            }
        }
    }
}
