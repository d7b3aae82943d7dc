import Foundation

/// What a browser has here.
package enum CurrentVisit: Sendable {
    /// Its person has not come back from the provider.
    case away
    case making
    case received(ReceivedVisit)
}

/// A visit with a credential in hand.
package struct ReceivedVisit: Sendable {
    package let secret: VisitSecret
    package let held: HeldCredential
    fileprivate let sealed: SealedVisit
}

extension PortalVisits {
    /// - Throws: `PortalRefusal.over` if there is nothing, or its time is over.
    package func current(_ secret: VisitSecret?) async throws -> CurrentVisit {
        guard let secret, let sealed = try await store.visit(secret.visitID, at: now()),
            let state = open(sealed, with: secret)
        else { throw PortalRefusal.over }
        switch state {
        case .begun: return .away
        case .making: return .making
        case .received(let held): return .received(ReceivedVisit(secret: secret, held: held, sealed: sealed))
        }
    }

    /// An offer of the credential in hand. A few may be made.
    ///
    /// - Throws: `WalletOfferRefusal`, `PortalRefusal.over`.
    package func offer(to visit: ReceivedVisit) async throws -> WalletOffer {
        guard visit.held.isOffered, visit.held.offersLeft > 0, let offers, let access = visit.held.credential.access
        else { throw WalletOfferRefusal.notMadeHere }
        let counted = try await change(visit) { $0.offersLeft -= 1 }
        do {
            return try await offers.offer(of: visit.held.described.id, with: access)
        } catch WalletOfferRefusal.notMadeHere {
            _ = try await change(counted) { $0.isOffered = false }
            throw WalletOfferRefusal.notMadeHere
        }
    }

    /// Sends `letter`, counted: somebody at this browser cannot fill the person's mailbox.
    ///
    /// - Throws: `PortalMailRefusal`, `PortalRefusal.over`.
    package func send(_ letter: PortalLetter, by mail: any PortalMail, of visit: ReceivedVisit) async throws {
        guard visit.held.lettersLeft > 0 else { throw PortalMailRefusal(reason: "sent as often as it may be") }
        _ = try await change(visit) { $0.lettersLeft -= 1 }
        try await mail.send(letter)
    }

    /// Another request of the same browser may have changed the visit meanwhile: then it is read again.
    private func change(
        _ visit: ReceivedVisit, _ change: (inout HeldCredential) -> Void
    ) async throws -> ReceivedVisit {
        var visit = visit
        for _ in 0..<Self.tries {
            var held = visit.held
            change(&held)
            let next = try seal(.received(held), with: visit.secret, until: held.keptUntil)
            if try await store.replace(visit.sealed, with: next) {
                return ReceivedVisit(secret: visit.secret, held: held, sealed: next)
            }
            guard case .received(let latest) = try await current(visit.secret) else { throw PortalRefusal.over }
            visit = latest
        }
        throw PortalRefusal.over
    }

    private static let tries = 5
}
