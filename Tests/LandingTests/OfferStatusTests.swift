import CredentialIssuer
import Foundation
import HTTPTypes
import OAuth
import Testing
import TransactionTimeline
import WireFormats

@testable import WebServer

@Suite("What has become of an offer")
struct OfferStatusTests {
    private let landing: Landing
    private let id: String

    init() async throws {
        landing = try Landing()
        id = try await landing.makeOffer("person=p1&credential=student-id&use_tx_code=yes").replacing("/try/", with: "")
    }

    private func status() async throws -> JSON {
        let response = try await landing.get("/try-status/" + id)
        #expect(response.headers[.cacheControl] == "no-store")
        return try JSON(parsing: response.body)
    }

    private func expect(
        _ state: String, _ step: String, _ text: String, final: Bool = false, page: HTTPResponse.Status = .ok
    ) async throws {
        let expected: JSON = [
            "state": .string(state), "step": .string(step), "text": .string(text), "final": .bool(final),
        ]
        #expect(try await status() == expected)
        let shown = try await landing.get("/try/" + id)
        #expect(shown.status == page)
        #expect(shown.part("offer-status") == text)
        #expect(shown.text.contains("data-test=\"offer-status\" data-state=\"\(state)\" data-step=\"\(step)\""))
        #expect(shown.text.contains("data-test=\"offer-qr\"") == (state == "open"))
        #expect(shown.text.contains("openid-credential-offer:") == (state == "open"))
    }

    @Test("From waiting to the wallet")
    func wholeLife() async throws {
        try await expect("open", "waiting", "Waiting for a wallet.")
        landing.store.note(.offerFetched)
        try await expect("open", "fetched", "A wallet has fetched the offer.")
        landing.store.change(StoredOffer.Progress(failedTries: 2))
        try await expect(
            "open", "wrong-tx-code", "That transaction code was wrong. Tries left: \u{2068}3\u{2069}.")
        landing.store.change(StoredOffer.Progress(failedTries: 2, redeemedAt: Landing.start))
        try await expect("redeemed", "redeemed", "The wallet is collecting the credential.")
        landing.store.note(.credential, .refused(code: "invalid_proof", reason: "x"))
        try await expect("redeemed", "refused", "The wallet’s last request was refused. It may try again.")
        landing.store.note(.credential)
        try await expect("issued", "issued", "The wallet holds the credential.", final: true)
    }

    @Test("An offer nobody took up is gone")
    func expired() async throws {
        landing.clock.advance(by: 601)
        try await expect("expired", "expired", "The offer has expired.", final: true, page: .gone)
    }

    @Test("A cancelled offer is gone, but an issued credential stays issued")
    func cancelled() async throws {
        landing.store.change(StoredOffer.Progress(cancelledAt: Landing.start))
        try await expect("cancelled", "cancelled", "The offer was cancelled.", final: true, page: .gone)
        landing.store.note(.credential)
        try await expect("issued", "issued", "The wallet holds the credential.", final: true)
    }

    @Test("A locked offer is gone")
    func locked() async throws {
        landing.store.change(StoredOffer.Progress(failedTries: StoredOffer.maximumTxCodeTries))
        let text = "The offer is locked after too many wrong transaction codes."
        try await expect("locked", "locked", text, final: true, page: .gone)
    }

    @Test("Looking at the page is not fetching the offer")
    func lookingIsNotFetching() async throws {
        _ = try await landing.get("/try/" + id)
        #expect(try await status()["step"] == "waiting")
    }

    @Test("Unknown and malformed offers are not found", arguments: ["nonsense", "AAAAAAAAAAAAAAAAAAAAAAAA"])
    func unknown(id: String) async throws {
        #expect(try await landing.get("/try/" + id).status == .notFound)
        let response = try await landing.get("/try-status/" + id)
        #expect(response.status == .notFound)
        #expect(try JSON(parsing: response.body)["state"] == "unknown")
    }

    @Test("What an operator offers to others is nobody's to see here")
    func operatorsOffers() async throws {
        let others: [AccessGrant.Subject] = [.registry(id: "p2"), .pushed(claims: Array("{}".utf8))]
        for subject in others {
            let offer = StoredOffer(
                id: TicketID(at: Landing.start), credentialConfigurationIDs: ["student-id"], subject: subject,
                txCodeMAC: nil, createdAt: Landing.start, expiresAt: Landing.start + 600)
            try await landing.store.insert(offer)
            #expect(try await landing.get("/try/" + offer.id.text).status == .notFound)
            #expect(try await landing.get("/try-status/" + offer.id.text).status == .notFound)
        }
    }
}
