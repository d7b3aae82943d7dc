package import DataSharing
package import Foundation
import HTTPTypes
package import OAuth
import WireFormats

/// Why a delivery of a withdrawal is refused, RFC 8935 §2.4.
package enum WithdrawalDeliveryRefusal: Error, Equatable {
    case mediaType
    case event(WithdrawalRefusal)
}

/// Takes withdrawals from the hub, RFC 8935: what is noted here is refused from then on.
package struct WithdrawalEndpoint: Sendable {
    package let trust: MarketTrust
    package let hubKeys: any HubKeySource
    package let approvals: any ApprovalStore
    package let now: @Sendable () -> Date

    package init(
        trust: MarketTrust, hubKeys: any HubKeySource, approvals: any ApprovalStore,
        now: @escaping @Sendable () -> Date
    ) {
        self.trust = trust
        self.hubKeys = hubKeys
        self.approvals = approvals
        self.now = now
    }

    package func respond(to message: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        do {
            let event = try await event(in: message, at: instant)
            // The same event may come again: it was not sure that the first one arrived.
            _ = try await approvals.withdraw(
                identifier: event.approval, hash: event.approvalHash, subject: event.subject, at: instant)
            return EndpointResponse(status: .accepted)
        } catch let refusal as WithdrawalDeliveryRefusal {
            return .privateJSON(
                ["err": .string(refusal.code), "description": .string(refusal.sentence)], status: .badRequest)
        }
    }

    private func event(in message: EndpointRequest, at instant: Date) async throws -> WithdrawalEvent {
        guard message.hasContentType("application/secevent+jwt") else { throw WithdrawalDeliveryRefusal.mediaType }
        let compact = String(decoding: message.body, as: UTF8.self)
        for refreshing in [false, true] {
            let keys = try await hubKeys.keys(refreshing: refreshing)
            do throws(WithdrawalRefusal) {
                return try WithdrawalEvent(
                    verifying: compact,
                    expecting: TokenExpectation(
                        issuer: trust.hub, audience: trust.organization, keys: keys, now: instant))
            } catch {
                guard error == .jwt(.noMatchingKey), !refreshing else {
                    throw WithdrawalDeliveryRefusal.event(error)
                }
            }
        }
        throw WithdrawalDeliveryRefusal.event(.jwt(.noMatchingKey))
    }
}

extension WithdrawalDeliveryRefusal {
    /// RFC 8935 §2.4.
    fileprivate var code: String {
        switch self {
        case .mediaType: "invalid_request"
        case .event(.jwt(.wrongIssuer)): "invalid_issuer"
        case .event(.jwt(.wrongAudience)): "invalid_audience"
        case .event(.jwt(.noMatchingKey)), .event(.jwt(.jws)): "invalid_key"
        case .event: "invalid_request"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .mediaType: "Send application/secevent+jwt"
        case .event(.jwt(let fault)): "The token: " + fault.sentence
        case .event(.subject): "The token: its sub_id is no subject of the issuer"
        case .event(.event): "The token: its events is not the withdrawal of a consent"
        }
    }
}
