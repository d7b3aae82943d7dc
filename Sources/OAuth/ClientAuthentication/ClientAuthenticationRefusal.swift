import HTTPTypes
package import JOSE

/// Why a client is not authenticated, RFC 6749 §5.2 and draft-ietf-oauth-attestation-based-client-auth §6.2.
package enum ClientAuthenticationRefusal: Refusal, Equatable {
    /// RFC 6749 §2.3: more than one way in one request.
    case severalMethods
    /// The client_id is not that of the authentication.
    case differentClientIDs
    case malformedClientID
    /// An Authorization header that is not one of scheme Basic with client and secret.
    case malformedHeader
    case unsupportedAssertionType
    case missingAssertion
    case assertion(JWTFault)
    /// One of the two attestation headers is missing or stands there twice.
    case incompleteAttestation
    case attestation(JWTFault)
    case attestationProof(JWTFault)
    case attestedKey(JWKRefusal)
    /// The attestation is by nobody who is trusted here: what the caller's closure found.
    case untrustedAttester
    /// The caller's findings, from here on.
    case challengeNeeded
    case challengeUnusable
    case attestationTooOld
    /// The assertion or the proof of possession was used before.
    case replayed
    /// No client is named, and one is needed.
    case noClient
    case unknownClient(ClientAuthenticationMethod)
    case wrongSecret(ClientAuthenticationMethod)
    /// The client is registered for another method.
    case methodNotAllowed(ClientAuthenticationMethod)

    package var wire: WireRefusal {
        switch self {
        case .severalMethods: WireRefusal("invalid_request", "Authenticate the client in one way only")
        case .differentClientIDs:
            WireRefusal("invalid_request", "client_id is not that of the client authentication")
        case .malformedClientID: WireRefusal("invalid_request", "client_id is malformed")
        case .malformedHeader:
            Self.invalidClient("The Authorization header is no client authentication", .clientSecretBasic)
        case .unsupportedAssertionType:
            WireRefusal("invalid_client", "client_assertion_type must be " + ClientAssertion.assertionType)
        case .missingAssertion: WireRefusal("invalid_client", "client_assertion is missing")
        case .assertion(let fault): WireRefusal("invalid_client", "The client assertion: " + fault.sentence)
        case .incompleteAttestation:
            WireRefusal("invalid_client_attestation", "Send each of the two attestation headers once")
        case .attestation(let fault):
            WireRefusal("invalid_client_attestation", "The client attestation: " + fault.sentence)
        case .attestationProof(let fault):
            WireRefusal("invalid_client_attestation", "The attestation's proof of possession: " + fault.sentence)
        case .attestedKey: WireRefusal("invalid_client_attestation", "The attested key is not acceptable")
        case .untrustedAttester: WireRefusal("invalid_client_attestation", "The attester is not trusted here")
        case .challengeNeeded: WireRefusal("use_attestation_challenge", "A challenge of this server is needed")
        case .challengeUnusable:
            WireRefusal("use_attestation_challenge", "The challenge is unknown, too old or already used")
        case .attestationTooOld: WireRefusal("use_fresh_attestation", "A fresher client attestation is needed")
        case .replayed: WireRefusal("invalid_client", "This proof of the client was used before")
        case .noClient: WireRefusal("invalid_client", "Client authentication is needed")
        // One text for whatever is wrong: a stranger who guesses learns nothing about clients.
        case .unknownClient(let method), .wrongSecret(let method), .methodNotAllowed(let method):
            Self.invalidClient("Client authentication failed", method)
        }
    }

    /// RFC 6749 §5.2: 401 with a challenge after an attempt by the Authorization header.
    private static func invalidClient(
        _ description: String, _ method: ClientAuthenticationMethod
    ) -> WireRefusal {
        method == .clientSecretBasic
            ? WireRefusal(.unauthorized, "invalid_client", description, challenge: .basic)
            : WireRefusal("invalid_client", description)
    }

    package var reason: String {
        switch self {
        case .unknownClient: "unknown client"
        case .wrongSecret: "wrong client secret"
        case .methodNotAllowed(let method): "client authentication by \(method.rawValue), which is not the client's"
        default: wire.description
        }
    }
}
