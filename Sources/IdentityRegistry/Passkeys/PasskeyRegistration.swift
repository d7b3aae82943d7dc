package import Foundation
import OAuth
package import WebAuthn
import WireFormats

import struct Crypto.SymmetricKey

/// Why a passkey was not added.
package enum PasskeyRefusal: Error, Sendable, Equatable {
    /// The name is empty, too long or not printable.
    case name
    /// The answer is not to a question that this person was asked within the last ten minutes.
    case challenge
    case answer(WebAuthnRefusal)
    /// Somebody has this passkey already.
    case known
    case tooMany(maximum: Int)
}

/// How people add passkeys and remove them, once they are logged in.
package struct PasskeyRegistration: Sendable {
    private let store: any PasskeyRegistrationStore
    private let relyingParty: RelyingParty
    private let key: SymmetricKey

    package static let maximumPasskeys = 20
    /// Unicode scalars of a passkey's name.
    package static let nameLengths = 1...64
    private static let challengeLifetime: TimeInterval = 600

    package init(store: any PasskeyRegistrationStore, relyingParty: RelyingParty, keys: IdentityKeys) {
        self.store = store
        self.relyingParty = relyingParty
        key = keys.registrations
    }

    /// The options of `navigator.credentials.create()` as JSON.
    ///
    /// - Parameters:
    ///   - accountName: what tells the person's accounts apart, such as the username.
    ///   - displayName: what the person is called; may be empty.
    package func options(
        for person: String, accountName: String, displayName: String, at instant: Date
    ) async throws -> [UInt8] {
        let handle = try await store.setHandle(.random(), of: person)
        let known = try await store.passkeys(of: person)
        // A challenge that says by itself whom it was made for and when.
        guard let challenge = CeremonyChallenge(Array(mint(person).mint(at: instant).text.utf8)) else {
            fatalError("a ticket has more characters than a challenge needs")
        }
        return RegistrationOptions(
            relyingParty: relyingParty,
            user: PasskeyUser(handle: handle, name: accountName, displayName: displayName), challenge: challenge,
            excludeCredentials: known.map(\.descriptor)
        ).json.encoded()
    }

    /// Adds the passkey that the authenticator has made.
    ///
    /// - Parameter answer: of `navigator.credentials.create()` as `toJSON()` gives it.
    package func register(
        _ answer: [UInt8], for person: String, named name: String, at instant: Date
    ) async throws -> Result<OwnedPasskey, PasskeyRefusal> {
        guard Self.checkName(name) else { return .failure(.name) }
        guard let challenge = challenge(in: answer, of: person, at: instant) else { return .failure(.challenge) }
        let registration: VerifiedRegistration
        do throws(WebAuthnRefusal) {
            registration = try VerifiedRegistration(
                responseJSON: answer, challenge: challenge, relyingParty: relyingParty, userVerification: .required)
        } catch {
            return .failure(.answer(error))
        }
        guard let handle = try await store.handle(of: person) else { return .failure(.challenge) }
        let passkey = OwnedPasskey(
            person: person, credential: StoredCredential(registration, of: handle),
            transports: registration.transports, name: name, addedAt: instant, lastUsedAt: nil)
        switch try await store.insert(passkey, limit: Self.maximumPasskeys) {
        case .inserted: return .success(passkey)
        case .known: return .failure(.known)
        case .tooMany: return .failure(.tooMany(maximum: Self.maximumPasskeys))
        }
    }

    package func passkeys(of person: String) async throws -> [OwnedPasskey] {
        try await store.passkeys(of: person)
    }

    /// - Parameter id: ``OwnedPasskey/id``.
    /// - Returns: whether the person had it.
    package func remove(_ id: String, of person: String) async throws -> Bool {
        guard let bytes = try? Base64URL.decode(id), let id = CredentialID(bytes) else { return false }
        return try await store.remove(id, of: person)
    }

    /// The challenge that the answer says it answers, if it was made for this person and not long ago. Whether the
    /// authenticator's data is about it is for the verification to say.
    private func challenge(in answer: [UInt8], of person: String, at instant: Date) -> CeremonyChallenge? {
        guard let response = (try? JSON(parsing: answer, limits: JSONLimits(depth: 16, values: 1000)))?["response"],
            let text = response["clientDataJSON"]?.string, let clientData = try? Base64URL.decode(text),
            let claimed = (try? JSON(parsing: clientData, limits: JSONLimits(depth: 16, values: 200)))?["challenge"],
            let challenge = claimed.string.flatMap({ try? Base64URL.decode($0) }),
            let id = mint(person).recognise(String(decoding: challenge, as: UTF8.self)),
            abs(instant.timeIntervalSince(id.madeAt)) < Self.challengeLifetime
        else { return nil }
        return CeremonyChallenge(challenge)
    }

    private func mint(_ person: String) -> TicketMint {
        TicketMint(root: key, purpose: "passkey registration", issuer: person)
    }

    private static func checkName(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return nameLengths.contains(scalars.prefix(nameLengths.upperBound + 1).count)
            && !scalars.allSatisfy(\.properties.isWhitespace)
            && !scalars.contains { $0.properties.generalCategory == .control }
    }
}

extension OwnedPasskey {
    /// Names the passkey in forms.
    package var id: String { Base64URL.encode(credential.id.bytes) }
}
