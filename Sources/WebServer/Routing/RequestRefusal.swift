package import HTTPTypes
package import OAuth

/// Why a request is refused before any endpoint sees it.
package enum RequestRefusal: Refusal, Equatable {
    case notFound
    case methodNotAllowed([HTTPRequest.Method])
    case bodyTooLarge(limit: Int)
    case managementKeyMissing
    case managementKeyWrong
    /// The process is about to end: another one, or this one started again, can be asked.
    case stopping

    package var wire: WireRefusal {
        switch self {
        case .notFound: WireRefusal(.notFound, "not_found", "There is nothing here")
        case .methodNotAllowed:
            WireRefusal(.methodNotAllowed, "method_not_allowed", "This method is not allowed here")
        case .bodyTooLarge(let limit):
            WireRefusal(.contentTooLarge, "invalid_request", "The body is larger than \(limit) bytes")
        case .managementKeyMissing:
            WireRefusal(
                .unauthorized, "invalid_token", "The management key is needed", challenge: .bearerWithoutError)
        case .managementKeyWrong:
            WireRefusal(.unauthorized, "invalid_token", "The management key is wrong", challenge: .bearer)
        case .stopping:
            WireRefusal(.serviceUnavailable, "temporarily_unavailable", "The server is stopping")
                .with(.retryAfter, "1")
        }
    }

    package var reason: String { wire.description }
}
