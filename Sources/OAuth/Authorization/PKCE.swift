import Crypto
import JOSE
import WireFormats

/// Why a proof key for code exchange is refused, RFC 7636.
package enum PKCERefusal: Refusal, Equatable {
    case missingChallenge
    /// `plain`, stated or, as there was no method, implied (RFC 7636 §4.3): RFC 9700 §2.1.1 leaves S256 only.
    case plainMethod
    case unsupportedMethod
    case methodWithoutChallenge
    case malformedChallenge
    case missingVerifier
    case malformedVerifier
    /// RFC 9700 §4.8.2: the code was asked for without a challenge, so somebody may have taken it out.
    case verifierWithoutChallenge
    case wrongVerifier

    /// RFC 7636 §4.4.1 and §4.6.
    package var wire: WireRefusal {
        switch self {
        case .missingChallenge: WireRefusal("invalid_request", "code_challenge is missing")
        case .plainMethod: WireRefusal("invalid_request", "Use code_challenge_method S256, not plain")
        case .unsupportedMethod: WireRefusal("invalid_request", "code_challenge_method must be S256")
        case .methodWithoutChallenge:
            WireRefusal("invalid_request", "code_challenge_method needs a code_challenge")
        case .malformedChallenge:
            WireRefusal("invalid_request", "code_challenge must be 43 characters of base64url")
        case .missingVerifier: WireRefusal("invalid_grant", "code_verifier is missing")
        case .malformedVerifier, .wrongVerifier:
            WireRefusal("invalid_grant", "code_verifier does not fit the code_challenge")
        case .verifierWithoutChallenge:
            WireRefusal("invalid_grant", "There was no code_challenge: send no code_verifier")
        }
    }

    package var reason: String {
        switch self {
        case .missingChallenge: "no code challenge"
        case .plainMethod: "code challenge method plain"
        case .unsupportedMethod: "unknown code challenge method"
        case .methodWithoutChallenge: "a code challenge method without a challenge"
        case .malformedChallenge: "malformed code challenge"
        case .missingVerifier: "no code verifier"
        case .malformedVerifier: "malformed code verifier"
        case .verifierWithoutChallenge: "a code verifier, though the code was asked for without a challenge"
        case .wrongVerifier: "the code verifier does not fit the challenge"
        }
    }
}

/// The secret that shows who asked for a code, RFC 7636 §4.1: 43 to 128 unreserved characters.
package struct CodeVerifier: Sendable, Equatable {
    package let text: String

    /// A fresh verifier of 256 random bits.
    package init() {
        text = Base64URL.encode(secureRandomBytes(32))
    }

    /// - Throws: `malformedVerifier`.
    package init(_ text: String) throws(PKCERefusal) {
        guard (43...128).contains(text.utf8.count), text.utf8.allSatisfy(\.isUnreserved) else {
            throw .malformedVerifier
        }
        self.text = text
    }

    /// RFC 7636 §4.2, method S256.
    package var challenge: CodeChallenge { CodeChallenge(of: self) }
}

/// What is told of a code verifier in advance, RFC 7636 §4.2: base64url of its SHA-256, 43 characters.
package struct CodeChallenge: Sendable, Equatable {
    package static let method = "S256"
    package let text: String

    fileprivate init(of verifier: CodeVerifier) {
        text = Base64URL.encode(SHA256.hash(data: Array(verifier.text.utf8)))
    }

    /// - Parameter method: `code_challenge_method` as sent; none means `plain`, RFC 7636 §4.3.
    /// - Throws: `plainMethod`, `unsupportedMethod` or `malformedChallenge`.
    package init(_ text: String, method: String?) throws(PKCERefusal) {
        guard let method, !method.hasSameBytes(as: "plain") else { throw .plainMethod }
        guard method.hasSameBytes(as: Self.method) else { throw .unsupportedMethod }
        guard text.utf8.count == 43, let digest = try? Base64URL.decode(text), digest.count == SHA256.byteCount else {
            throw .malformedChallenge
        }
        self.text = text
    }

    /// Whether this is the challenge of `verifier`, told in the same time whatever differs.
    package func matches(_ verifier: CodeVerifier) -> Bool {
        constantTimeEqual(Array(text.utf8), Array(verifier.challenge.text.utf8))
    }

    /// What the token endpoint checks, RFC 7636 §4.6 and RFC 9700 §4.8.2: a code that was asked for with a challenge
    /// needs the verifier, any other must come without one.
    package static func check(verifier: String?, against challenge: CodeChallenge?) throws(PKCERefusal) {
        switch (verifier, challenge) {
        case (nil, nil): return
        case (nil, _?): throw .missingVerifier
        case (_?, nil): throw .verifierWithoutChallenge
        case (let verifier?, let challenge?):
            guard challenge.matches(try CodeVerifier(verifier)) else { throw .wrongVerifier }
        }
    }
}
