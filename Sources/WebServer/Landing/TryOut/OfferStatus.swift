import CredentialIssuer
import Foundation
import TransactionTimeline

/// What has become of an offer, as the visitor who made it sees it.
struct OfferStatus: Sendable, Equatable {
    enum Step: String, Sendable, CaseIterable {
        case waiting
        case fetched
        case wrongTxCode = "wrong-tx-code"
        /// The code has been exchanged for a token; no credential has been handed out yet.
        case redeemed
        /// As ``redeemed``, and the wallet's last request was refused.
        case refused
        case issued
        case expired
        case cancelled
        case locked

        /// The offer's state, or `issued`: what scripts go by, where the step is for the reader.
        var state: String {
            switch self {
            case .waiting, .fetched, .wrongTxCode: StoredOffer.State.open.rawValue
            case .redeemed, .refused: StoredOffer.State.redeemed.rawValue
            case .issued, .expired, .cancelled, .locked: rawValue
            }
        }

        var canBeTakenUp: Bool { state == StoredOffer.State.open.rawValue }
        var isOver: Bool { self == .expired || self == .cancelled || self == .locked }
        /// Nothing more will happen.
        var isFinal: Bool { isOver || self == .issued }
    }

    let step: Step
    let triesLeft: Int

    init(of offer: StoredOffer, timeline: [TimelineEvent], at instant: Date) {
        step = Self.step(of: offer, timeline, at: instant)
        triesLeft = max(0, StoredOffer.maximumTxCodeTries - offer.progress.failedTries)
    }

    private static func step(of offer: StoredOffer, _ timeline: [TimelineEvent], at instant: Date) -> Step {
        // First of all: an issued credential stays issued, even if the offer is cancelled afterwards.
        if timeline.contains(where: { $0.step == .credential && $0.outcome == .done }) { return .issued }
        switch offer.state(at: instant) {
        case .cancelled: return .cancelled
        case .expired: return .expired
        case .locked: return .locked
        case .redeemed: return timeline.contains { $0.step == .credential } ? .refused : .redeemed
        case .open where offer.progress.failedTries > 0: return .wrongTxCode
        case .open:
            let isFetched = timeline.contains { $0.step == .offerFetched && $0.outcome == .done }
            return isFetched ? .fetched : .waiting
        }
    }

    func text(in texts: PageTexts) -> String {
        let key = "status_" + step.rawValue.map { $0 == "-" ? "_" : String($0) }.joined()
        return texts.text(key, ["left": String(triesLeft)])
    }
}
