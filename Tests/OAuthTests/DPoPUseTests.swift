import Crypto
import Foundation
import HTTPTypes
import JOSE
import OAuth
import Testing

@Suite("DPoP nonces and use")
struct DPoPUseTests {
    private let mint = TicketMint(
        root: SymmetricKey(data: [UInt8](repeating: 5, count: 32)), purpose: "dpop", issuer: Sample.issuer)

    @Test("A nonce is good until it is too old, and no stranger's is")
    func nonces() throws {
        let nonces = DPoPNonces(mint: mint, areRequired: false, lifetime: 300)
        let fresh = nonces.fresh(at: Sample.now)
        try nonces.check(fresh, at: Sample.now)
        try nonces.check(fresh, at: Sample.now + 299)
        try nonces.check(nil, at: Sample.now)
        #expect(throws: DPoPRefusal.nonceUnusable) { try nonces.check(fresh, at: Sample.now + 301) }
        for text in ["", "n", fresh + "A", String(fresh.dropLast()) + "_"] where text != fresh {
            #expect(throws: DPoPRefusal.nonceUnusable) { try nonces.check(text, at: Sample.now) }
        }
    }

    @Test("Where nonces are required a proof without one is refused")
    func required() {
        let nonces = DPoPNonces(mint: mint, areRequired: true)
        #expect(throws: DPoPRefusal.nonceNeeded) { try nonces.check(nil, at: Sample.now) }
    }

    private func proof(by key: PrivateKey = Sample.key(), identifier: String = "j") throws -> DPoPProof {
        try DPoPProof(
            verifying: DPoPProofMaker(key: key).proof(
                method: .post, url: "https://rs.example", now: Sample.now, identifier: identifier),
            expecting: .init(method: .post, url: "https://rs.example", accessToken: nil, now: Sample.now))
    }

    @Test("The same proof is the same use; another key or identifier is another")
    func use() throws {
        let use = try proof().use
        #expect(try proof().use == use)
        #expect(try proof(identifier: "k").use != use)
        #expect(try proof(by: Sample.key(seed: 2)).use != use)
        #expect(use.bytes.count == SingleUse.length)
    }

    @Test("Uses sort by the time they end at, and are told apart by kind")
    func order() {
        let early = SingleUse(.dpopProof, of: [1], identifier: "a", expiresAt: Sample.now)
        let late = SingleUse(.dpopProof, of: [1], identifier: "a", expiresAt: Sample.now + 1)
        #expect(early.bytes.lexicographicallyPrecedes(late.bytes))
        #expect(early.bytes.lexicographicallyPrecedes(SingleUse.first(endingAt: Sample.now + 1)))
        #expect(SingleUse.first(endingAt: Sample.now).lexicographicallyPrecedes(early.bytes))
        #expect(early != SingleUse(.clientAssertion, of: [1], identifier: "a", expiresAt: Sample.now))
        // What belongs to the owner does not pass for the identifier.
        #expect(early != SingleUse(.dpopProof, of: [], identifier: "\u{1}a", expiresAt: Sample.now))
    }
}
