import Crypto
import Foundation
import OAuth
import Testing
import WireFormats

@Suite("Tickets")
struct TicketTests {
    private static let root = SymmetricKey(data: [UInt8](repeating: 5, count: 32))
    private let mint = TicketMint(root: Self.root, purpose: "code", issuer: "https://a.example")
    private let instant = Date(timeIntervalSince1970: 1_795_132_800.25)

    @Test("A mint recognises its own tickets, also one made again for the same identifier")
    func own() {
        let ticket = mint.mint(at: instant)
        #expect(mint.recognise(ticket.text) == ticket.id)
        #expect(mint.ticket(for: ticket.id) == ticket)
        let again = TicketMint(root: Self.root, purpose: "code", issuer: "https://a.example")
        #expect(again.recognise(ticket.text) == ticket.id)
    }

    @Test("A ticket of another purpose, issuer or root is a stranger's")
    func others() {
        let ticket = mint.mint(at: instant)
        let others = [
            TicketMint(root: Self.root, purpose: "nonce", issuer: "https://a.example"),
            TicketMint(root: Self.root, purpose: "code", issuer: "https://a.example/"),
            TicketMint(root: Self.root, purpose: "", issuer: "code\nhttps://a.example"),
            TicketMint(root: SymmetricKey(size: .bits256), purpose: "code", issuer: "https://a.example"),
        ]
        for other in others {
            #expect(other.recognise(ticket.text) == nil)
            #expect(mint.recognise(other.ticket(for: ticket.id).text) == nil)
        }
    }

    @Test("No flipped bit leaves a ticket that is recognised")
    func bitFlips() throws {
        let ticket = mint.mint(at: instant)
        let bytes = try Base64URL.decode(ticket.text)
        for bit in 0..<(bytes.count * 8) {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(mint.recognise(Base64URL.encode(changed)) == nil, "bit \(bit)")
        }
    }

    @Test("Text of another length or alphabet is no ticket")
    func otherText() {
        let text = mint.mint(at: instant).text
        for other in [
            "", "a", String(text.dropLast()), text + "A", text + "=", " " + text.dropFirst(), "é" + text.dropFirst(2),
            text + text, String(repeating: "A", count: 48), String(repeating: "=", count: 48),
        ] {
            #expect(mint.recognise(other) == nil)
        }
    }

    @Test("Tickets are of one length, and no two alike")
    func length() throws {
        let tickets = (0..<500).map { mint.mint(at: instant + Double($0 % 2)) }
        #expect(Set(tickets.map(\.text)).count == 500)
        for ticket in tickets {
            #expect(ticket.text.utf8.count == 48)
            #expect(ticket.id.bytes.count == TicketID.length)
            #expect(ticket.id.text.utf8.count == 24)
        }
    }

    @Test("Identifiers sort by the time they were made at, and tell it")
    func order() {
        let instants = [0, 0.001, 1, 4_294_967.296, 1_795_132_800, 1_795_132_800.5, 253_402_300_799].map {
            Date(timeIntervalSince1970: $0)
        }
        let ids = instants.map { TicketID(at: $0) }
        for (earlier, later) in zip(ids, ids.dropFirst()) {
            #expect(earlier.bytes.lexicographicallyPrecedes(later.bytes))
        }
        for (instant, id) in zip(instants, ids) { #expect(abs(id.madeAt.timeIntervalSince(instant)) < 0.0011) }
        #expect(TicketID(at: Date(timeIntervalSince1970: -5)).madeAt == Date(timeIntervalSince1970: 0))
    }

    @Test("An identifier comes back from its text and bytes, and from nothing else")
    func identifier() throws {
        let id = TicketID(at: instant)
        #expect(TicketID(text: id.text) == id)
        #expect(TicketID(bytes: id.bytes) == id)
        #expect(TicketID(bytes: Array(id.bytes.dropLast())) == nil)
        #expect(TicketID(bytes: id.bytes + [0]) == nil)
        for text in ["", id.text + "A", String(id.text.dropLast()), String(repeating: "=", count: 24)] {
            #expect(TicketID(text: text) == nil)
        }
    }

    @Test("The MAC of a secret depends on the secret, its ticket and the mint")
    func secrets() {
        let id = TicketID(at: instant)
        let other = TicketID(at: instant)
        let otherMint = TicketMint(root: Self.root, purpose: "other", issuer: "https://a.example")
        let tag = mint.authenticate("4935", for: id)
        #expect(tag.count == 32)
        #expect(mint.authenticate("4935", for: id) == tag)
        for different in [
            mint.authenticate("4936", for: id), mint.authenticate("", for: id), mint.authenticate("4935", for: other),
            otherMint.authenticate("4935", for: id),
        ] {
            #expect(different != tag)
        }
        #expect(!mint.ticket(for: id).text.contains(Base64URL.encode(mint.authenticate("", for: id).prefix(18))))
    }

    @Test("Secrets are equal only byte for byte")
    func constantTime() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        for other in [[], [1, 2], [1, 2, 4], [0, 2, 3], [1, 2, 3, 0]] as [[UInt8]] {
            #expect(!constantTimeEqual([1, 2, 3], other))
        }
    }
}
