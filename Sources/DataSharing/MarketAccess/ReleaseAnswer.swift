package import HTTPTypes
import OAuth
import WireFormats

/// The codes that a market refuses with.
package enum MarketErrorCode: String, Sendable, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidToken = "invalid_token"
    case invalidDPoPProof = "invalid_dpop_proof"
    case useDPoPNonce = "use_dpop_nonce"
    case invalidApproval = "invalid_approval"
    case invalidRequestObject = "invalid_request_object"
    case untrustedPartner = "untrusted_partner"
    case unknownSubject = "unknown_subject"
    case superseded
    case withdrawn
    case temporarilyUnavailable = "temporarily_unavailable"
    case serverError = "server_error"

    package var status: HTTPResponse.Status {
        switch self {
        case .invalidRequest, .invalidApproval, .invalidRequestObject: .badRequest
        case .invalidToken, .invalidDPoPProof, .useDPoPNonce: .unauthorized
        case .untrustedPartner, .withdrawn: .forbidden
        case .unknownSubject: .notFound
        case .superseded: .conflict
        case .temporarilyUnavailable: .serviceUnavailable
        case .serverError: .internalServerError
        }
    }
}

/// What a market answers to a release request, as the hub reads it.
package enum ReleaseAnswer: Sendable, Equatable {
    /// The JWE, its structure not checked yet.
    case release(String)
    /// 202: it can be asked again in so many seconds.
    case notReady(retryAfter: Int64?)
    /// It says no; a code of visible ASCII characters.
    case refused(code: String)
    /// Too busy or broken: ask again.
    case unavailable

    /// - Parameter retryAfter: the header's value.
    package init(status: HTTPResponse.Status, retryAfter: String?, body: [UInt8]) {
        switch status.code {
        case 200:
            guard body.count <= MessageLimits.releaseRequest,
                let jwe = (try? JSON(parsing: body))?["release"]?.string, jwe.utf8.count <= MessageLimits.sealed
            else {
                self = .unavailable
                return
            }
            self = .release(jwe)
        case 202:
            let seconds = retryAfter.flatMap(Int64.init).map { min(max($0, 1), 86_400) }
            self = .notReady(retryAfter: seconds)
        case 400..<500 where status.code != 429:
            self = .refused(code: OAuthErrorResponse(parsing: body)?.code ?? "unknown")
        default: self = .unavailable
        }
    }

    /// What the service provider is told instead of the release; nil for a release.
    package var pendingReason: PendingReason? {
        switch self {
        case .release: nil
        case .notReady: .notReady
        case .unavailable: .unreachable
        case .refused(let code): .refused(code)
        }
    }
}
