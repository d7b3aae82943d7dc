package import Foundation

/// What a person has typed or their device has answered.
package enum LoginAttempt: Sendable {
    /// By the names of the knowledge check's fields.
    case knowledge([String: String])
    case password(username: String, password: String)
    case pin(username: String, pin: String)
    /// A one-time code that was sent before.
    case code(sent: String, code: String)
    /// The JSON of a WebAuthn assertion, and the challenge that it was asked with.
    case passkey(answer: [UInt8], challenge: [UInt8])

    /// The method tried; nil for a code, which is of the method that it was sent by.
    package var method: LoginMethod? {
        switch self {
        case .knowledge: .knowledge
        case .password: .password
        case .pin: .pin
        case .code: nil
        case .passkey: .passkey
        }
    }
}

/// Under which circumstances somebody tries to log in: what limits are counted by.
package struct LoginCircumstances: Sendable {
    package let clientID: String
    /// The visitor's network address as text; empty if unknown.
    package let address: String
    /// A device that has logged in before, by the person it logged in as: their limit is not the strangers'.
    package let knownDevice: KnownDevice?
    /// Whom an earlier factor has identified: only they can pass this one.
    package let person: String?
    /// What the visitor reads, a BCP 47 tag; nil if that is not known.
    package let language: String?
    package let at: Date

    package struct KnownDevice: Sendable, Equatable {
        package let person: String
        package let device: String

        package init(person: String, device: String) {
            (self.person, self.device) = (person, device)
        }
    }

    package init(
        clientID: String, address: String, knownDevice: KnownDevice?, person: String?, language: String? = nil, at: Date
    ) {
        self.clientID = clientID
        self.address = address
        self.knownDevice = knownDevice
        self.person = person
        self.language = language
        self.at = at
    }
}

/// Why somebody is not logged in. Whether a person exists is never among the reasons.
package enum LoginRefusal: Error, Sendable, Equatable {
    /// Nobody, or not what they know or have.
    case wrong
    /// Too many wrong answers; try again in so many seconds.
    case tooManyAttempts(retryAfter: Int)
    /// The code has expired, was used, or was answered wrongly too often: ask for another.
    case codeOver
    /// What is needed for the check does not answer; nothing was counted.
    case unavailable
}

/// Where a one-time code is to go.
package enum CodeRecipient: Sendable {
    case username(String)
    /// Identified by an earlier factor.
    case person(String)
}

/// Checks who somebody is. Takes the same time for people who exist and people who do not.
package protocol LoginVerification: Sendable {
    /// The registry's id of the person that the attempt shows.
    func verify(
        _ attempt: LoginAttempt, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal>

    /// Sends a one-time code by `method`, if the recipient exists; what ``LoginAttempt/code(sent:code:)`` needs.
    func sendCode(
        by method: LoginMethod, to recipient: CodeRecipient, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal>

    /// The options of `navigator.credentials.get()` as JSON, for a challenge of 32 random bytes.
    func passkeyOptions(challenge: [UInt8], person: String?) async throws -> [UInt8]
}
