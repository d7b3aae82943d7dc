import HTTPTypes
import JOSE
import Testing
import Verifier
import WalletClient
import WireFormats

/// The whole flow, the wallet's own code against the issuer's.
@Suite struct WalletFlowTests {
    @Test("The wallet gets all four sample credentials of one offer, and each verifies by the published keys")
    func issuesEverySampleCredential() async throws {
        let issuer = try await TestIssuer(nil)
        let ids = ["student-id", "student-id-jwt", "study-id", "enrolment"]
        let offer = try await issuer.makeOffer(ids, subject: "nmu-00476", txCode: true)
        let wallet = wallet(for: issuer)

        let offered = try await wallet.open(offer.referenceLink)
        #expect(offered.issuer == "http://localhost:8080")
        #expect(offered.issuerName == "جامعة نورثمير")
        #expect(offered.credentials.map(\.configurationID) == ids)
        let outcome = try await wallet.accept(offered, txCode: offer.txCode)

        #expect(outcome.refused.map(\.refusal) == [])
        #expect(outcome.received.map(\.offered.configurationID) == ids)
        for received in outcome.received {
            let report = try await issuer.verify(received.credential)
            #expect(report.isValid, "\(report.checks)")
            #expect(report.content?.holderKey == received.key?.publicKey)
        }
        let claims = outcome.received[0].content.claims
        #expect(claims["given_name"] == "ليان")
        #expect(claims["university"] == "Northmere University")
        let steps = try await issuer.timeline(of: offer).compactMap { $0["step"]?.string }
        #expect(
            Set(steps) == ["offer_created", "offer_fetched", "metadata", "token", "nonce", "credential"])
        #expect(steps.count { $0 == "credential" } == 4)
    }

    @Test("An issuer with a path is found and believed, by offer in the link and by reference")
    func findsIssuerWithPath() async throws {
        let issuer = try await TestIssuer.withPeople(TestConfiguration.tenant)
        for byValue in [true, false] {
            let offer = try await issuer.makeOffer(["card", "diploma", "record"])
            let wallet = wallet(for: issuer)
            let offered = try await wallet.open(byValue ? offer.valueLink : offer.referenceLink)
            let outcome = try await wallet.accept(offered, txCode: nil)
            #expect(outcome.received.count == 3)
            #expect(outcome.received.allSatisfy { $0.report.isValid })
        }
    }

    @Test("After a wrong transaction code the wallet tries again and succeeds")
    func triesAgain() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer(txCode: true)
        let wallet = wallet(for: issuer)
        let offered = try await wallet.open(offer.valueLink)
        await #expect(throws: WalletRefusal.self) { try await wallet.accept(offered, txCode: "wrong") }
        #expect(try await wallet.accept(offered, txCode: offer.txCode).received.count == 1)
    }

    @Test("A wallet that comes after another with the same offer is told, and the first keeps what it has")
    func isSingleUse() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        let (first, second) = (wallet(for: issuer), wallet(for: issuer))
        let (mine, yours) = (try await first.open(offer.valueLink), try await second.open(offer.valueLink))
        let outcome = try await first.accept(mine, txCode: nil)
        await #expect(throws: WalletRefusal.self) { try await second.accept(yours, txCode: nil) }
        #expect(try await issuer.verify(outcome.received[0].credential).isValid)
    }

    private func wallet(for issuer: TestIssuer) -> PreAuthorizedIssuance {
        PreAuthorizedIssuance(
            exchange: InProcessExchange(issuer: issuer), languages: LanguagePreference(["ar", "en"]),
            now: { issuer.clock.now })
    }
}
