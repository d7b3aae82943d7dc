import Foundation
import HTTPTypes
import WireFormats

/// How a request says which client it is from, RFC 6749 §2.3, RFC 7523 §2.2, client attestation draft §6. Nothing of it
/// is verified yet.
package enum ClientCredentials: Sendable {
    /// No client is named: only a pre-authorized code can come so (OpenID4VCI 1.0 §6.1).
    case anonymous
    /// A public client, or one that is authenticated by something else.
    case none(clientID: String)
    case basic(clientID: String, secret: String)
    case post(clientID: String, secret: String)
    case assertion(UnverifiedClientAssertion)
    case attestation(UnverifiedClientAttestation)

    package static let maximumIDBytes = 512
    package static let maximumSecretBytes = 1024

    /// - Parameter form: the body of `request`.
    package init(in request: EndpointRequest, form: RequestForm) throws(ClientAuthenticationRefusal) {
        let found = try [
            Self.basic(request), Self.post(form), Self.assertion(form), Self.attestation(request),
        ].compactMap { $0 }
        guard found.count <= 1 else { throw .severalMethods }
        let stated = form["client_id"]
        if let stated { try Self.check(clientID: stated) }
        guard let credentials = found.first else {
            self = stated.map { .none(clientID: $0) } ?? .anonymous
            return
        }
        if let stated, credentials.clientID?.hasSameBytes(as: stated) != true { throw .differentClientIDs }
        self = credentials
    }

    /// Who the request says it is from.
    package var clientID: String? {
        switch self {
        case .anonymous: nil
        case .none(let id), .basic(let id, _), .post(let id, _): id
        case .assertion(let assertion): assertion.clientID
        case .attestation(let attestation): attestation.clientID
        }
    }

    package var method: ClientAuthenticationMethod {
        switch self {
        case .anonymous, .none: .none
        case .basic: .clientSecretBasic
        case .post: .clientSecretPost
        case .assertion: .privateKeyJWT
        case .attestation: .attestation
        }
    }

    static func check(clientID: String) throws(ClientAuthenticationRefusal) {
        guard (1...maximumIDBytes).contains(clientID.utf8.count), clientID.isVisibleASCIIOrSpace else {
            throw .malformedClientID
        }
    }

    /// RFC 6749 §2.3.1: identifier and secret each in form encoding, then joined as RFC 7617 has it.
    private static func basic(
        _ request: EndpointRequest
    ) throws(ClientAuthenticationRefusal) -> ClientCredentials? {
        let values = request.headers[values: .authorization]
        guard let value = values.first else { return nil }
        guard values.count == 1 else { throw .severalMethods }
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "basic", value.utf8.count <= 8192,
            let decoded = Data(base64Encoded: String(parts[1])), decoded.base64EncodedString() == parts[1],
            let text = String(strictUTF8: Array(decoded)[...]),
            let colon = text.firstIndex(of: ":"), let id = formDecoded(text[..<colon]),
            let secret = formDecoded(text[text.index(after: colon)...]), secret.utf8.count <= maximumSecretBytes
        else { throw .malformedHeader }
        try check(clientID: id)
        return .basic(clientID: id, secret: secret)
    }

    private static func formDecoded(_ text: Substring) -> String? {
        guard !text.contains("&") else { return nil }
        return (try? FormParameters(parsing: "v=" + text)).map { $0["v"] ?? "" }
    }

    private static func post(_ form: RequestForm) throws(ClientAuthenticationRefusal) -> ClientCredentials? {
        guard let secret = form["client_secret"] else { return nil }
        guard let id = form["client_id"], secret.utf8.count <= maximumSecretBytes else { throw .malformedClientID }
        return .post(clientID: id, secret: secret)
    }

    private static func assertion(_ form: RequestForm) throws(ClientAuthenticationRefusal) -> ClientCredentials? {
        switch (form["client_assertion"], form["client_assertion_type"]) {
        case (nil, nil): return nil
        case (nil, _?): throw .missingAssertion
        case (let assertion?, let type):
            guard type?.hasSameBytes(as: ClientAssertion.assertionType) == true else {
                throw .unsupportedAssertionType
            }
            return .assertion(try UnverifiedClientAssertion(parsing: assertion))
        }
    }

    private static func attestation(
        _ request: EndpointRequest
    ) throws(ClientAuthenticationRefusal) -> ClientCredentials? {
        let attestations = request.headers[values: .clientAttestation]
        let proofs = request.headers[values: .clientAttestationPoP]
        guard !attestations.isEmpty || !proofs.isEmpty else { return nil }
        guard attestations.count == 1, proofs.count == 1 else { throw .incompleteAttestation }
        return .attestation(try UnverifiedClientAttestation(parsing: attestations[0], proof: proofs[0]))
    }
}
