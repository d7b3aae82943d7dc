import Foundation
import MessageDelivery
import OAuth
import Portal
import Synchronization
import WireFormats

final class Clock: Sendable {
    private let instant = Mutex(TestCredentials.start)

    var now: Date { instant.withLock { $0 } }
    func advance(by seconds: TimeInterval) { instant.withLock { $0 += seconds } }
}

struct FakeCatalogue: PortalCatalogue {
    var entries = [TestCredentials.described]
    var refusal: PortalRefusal?

    func credentials() async throws(PortalRefusal) -> [CatalogueCredential] {
        if let refusal { throw refusal }
        return entries
    }
}

/// Gives the same credential to everybody whose provider said yes.
final class FakeIssuance: PortalIssuance {
    /// What a test changes.
    struct Behaviour: Sendable {
        var credential: CredentialInHand
        var beginRefusal: PortalRefusal?
        var finishRefusal: PortalRefusal?
        /// Runs while the provider's answer is being used.
        var meanwhile: (@Sendable () async -> Void)?
    }

    private struct Counts {
        var begun = 0
        var finished = 0
    }

    private let behaviour: Mutex<Behaviour>
    private let counts = Mutex(Counts())

    init(_ behaviour: Behaviour) { self.behaviour = Mutex(behaviour) }

    var finished: Int { counts.withLock { $0.finished } }

    func change(_ change: @Sendable (inout Behaviour) -> Void) { behaviour.withLock { change(&$0) } }

    func begin(_ credential: CatalogueCredential) async throws(PortalRefusal) -> BegunIssuance {
        if let refusal = behaviour.withLock({ $0.beginRefusal }) { throw refusal }
        let number = counts.withLock { counts in
            counts.begun += 1
            return counts.begun
        }
        return BegunIssuance(
            address: "https://auth.example/authorize?request_uri=urn%3A\(number)", state: "state-\(number)",
            record: ["code_verifier": .string("verifier-\(number)")])
    }

    func finish(_ record: JSON, answer query: String) async throws(PortalRefusal) -> CredentialInHand {
        counts.withLock { $0.finished += 1 }
        let behaviour = behaviour.withLock { $0 }
        await behaviour.meanwhile?()
        if let refusal = behaviour.finishRefusal { throw refusal }
        guard record["code_verifier"]?.string?.hasPrefix("verifier-") == true,
            let form = try? FormParameters(parsing: query)
        else { throw .provider(reason: "not what was begun") }
        if form["error"] == "access_denied" { throw .declined }
        guard form["code"] == "code-1" else { throw .provider(reason: "invalid_grant") }
        return behaviour.credential
    }
}

final class FakeOffers: PortalOffers {
    struct Behaviour: Sendable {
        var areMade = true
        var refusal: WalletOfferRefusal?
    }

    private let behaviour: Mutex<Behaviour>
    private let asked = Mutex<[(id: String, access: JSON)]>([])

    init(_ behaviour: Behaviour = Behaviour()) { self.behaviour = Mutex(behaviour) }

    var count: Int { asked.withLock { $0.count } }
    var last: (id: String, access: JSON)? { asked.withLock { $0.last } }

    func change(_ change: @Sendable (inout Behaviour) -> Void) { behaviour.withLock { change(&$0) } }

    func areMade() async -> Bool { behaviour.withLock { $0.areMade } }

    func offer(of credentialID: String, with access: JSON) async throws(WalletOfferRefusal) -> WalletOffer {
        asked.withLock { $0.append((credentialID, access)) }
        if let refusal = behaviour.withLock({ $0.refusal }) { throw refusal }
        return WalletOffer(
            link: "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2F\(count)",
            txCode: "482913", expiresAt: TestCredentials.start.addingTimeInterval(300))
    }
}

final class FakeMail: PortalMail {
    private let letters = Mutex<[PortalLetter]>([])
    private let refusal = Mutex<PortalMailRefusal?>(nil)

    var sent: [PortalLetter] { letters.withLock { $0 } }

    func fail(_ refusal: PortalMailRefusal?) { self.refusal.withLock { $0 = refusal } }

    func send(_ letter: PortalLetter) async throws(PortalMailRefusal) {
        if let refusal = refusal.withLock({ $0 }) { throw refusal }
        letters.withLock { $0.append(letter) }
    }
}
