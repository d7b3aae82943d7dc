import CredentialFormats
import Foundation
import JOSE
import TestSupport
import Testing
import WireFormats

@testable import Verifier

extension [UInt8] {
    /// These bytes with up to four small changes.
    func mutated(by generator: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(".~\"{}[],:AZ=%".utf8.randomElement(using: &generator)!, at: place)
            case 3: bytes.removeSubrange(place..<Swift.min(bytes.count, place + 40))
            default: bytes.insert(contentsOf: bytes[place..<Swift.min(bytes.count, place + 40)], at: place)
            }
        }
        return bytes
    }
}

@Suite("Mutated input")
struct MutationTests {
    @Test("No mutation of a credential verifies with other claims, and none crashes", arguments: [1, 2, 3] as [UInt64])
    func credentials(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        for original in [try Samples.sdJWT(), try Samples.w3c(.version1), try Samples.w3c(.version2)] {
            let claims = try await Samples.verify(original).content?.claims
            for _ in 0..<400 {
                let mutant = original.mutated(by: &generator)
                guard let report = try? await Samples.verify(mutant), report.isValid else { continue }
                // Leaving disclosures out is the one change that a holder may make.
                for member in report.content?.claims.members ?? [] { #expect(claims?[member.name] == member.value) }
            }
        }
    }

    @Test("No payload, whatever is in it, crashes the checks", arguments: [4, 5, 6] as [UInt64])
    func payloads(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        for original in [try Samples.sdJWT(), try Samples.w3c(.version1), try Samples.w3c(.version2)] {
            let jws = try UnverifiedJWS(parsing: Array(original.prefix { $0 != UInt8(ascii: "~") }))
            var header = jws.header
            header["alg"] = nil
            for _ in 0..<300 {
                let payload = jws.payload.mutated(by: &generator)
                let signed = try JWSIssuer(signer: Samples.issuer, header: header).sign(payload: payload)
                _ = try? await Samples.verify(signed + (original.contains(UInt8(ascii: "~")) ? "~".bytes : []))
            }
        }
    }

    @Test("Parsers of compact forms never crash", arguments: [7, 8] as [UInt64])
    func parsers(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let original = try Samples.sdJWT()
        for _ in 0..<5000 {
            let mutant = original.mutated(by: &generator)
            _ = try? UnverifiedSDJWT(parsing: mutant)
            _ = try? UnverifiedJWS(parsing: mutant)
            _ = try? WebAddress(String(decoding: mutant.prefix(200), as: UTF8.self))
        }
        for seedText in ["https://[::1]:8080/a?b#c", "did:web:localhost%3A8080:a:b", "2026-11-20T00:00:00.5+01:00"] {
            for _ in 0..<5000 {
                let text = seedText.bytes.mutated(by: &generator).text
                _ = try? WebAddress(text)
                _ = DIDWeb(text)
                _ = DateTimeStamp.seconds(text)
            }
        }
    }
}
