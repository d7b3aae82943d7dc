/// Fetches public documents, such as key sets, for a verifier that has no network of its own.
package protocol DocumentFetcher: Sendable {
    /// Sends a GET. Whatever the status is, it is given back; a redirect is not followed.
    func fetch(_ url: String, accept: String, acceptLanguage: String?) async throws(FetchFailure) -> FetchedDocument
}

/// What a GET was answered with.
package struct FetchedDocument: Sendable {
    package let status: Int
    package let contentType: String?
    package let body: [UInt8]

    package init(status: Int, contentType: String?, body: [UInt8]) {
        (self.status, self.contentType, self.body) = (status, contentType, body)
    }
}

/// Why a request over HTTP got no answer that may be used.
package enum FetchFailure: Error, Equatable, Sendable {
    case address(WebAddress.Malformation)
    /// The host is, or resolves to, an address that must not be reached from here.
    case destinationNotAllowed
    case nameNotResolved
    case cannotConnect
    /// The certificate of the server, or its TLS, was refused.
    case insecure
    case timedOut
    case tooLarge
    case redirected
    case interrupted

    /// A sentence's end: "… could not be fetched: ".
    package var explanation: String {
        switch self {
        case .address(.notEncrypted): "the address is not https"
        case .address: "the address is malformed"
        case .destinationNotAllowed: "the address leads to this machine or into a private network"
        case .nameNotResolved: "the host's name cannot be resolved"
        case .cannotConnect: "nothing answers at that address"
        case .insecure: "the server's TLS certificate is not trusted"
        case .timedOut: "the server took too long"
        case .tooLarge: "the answer is too large"
        case .redirected: "the server redirects elsewhere"
        case .interrupted: "the connection broke"
        }
    }
}
