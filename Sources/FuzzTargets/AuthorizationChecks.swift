import OAuth
import WebAuthn
import WireFormats

enum AuthorizationChecks {
    static func tokenRequest(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let form = try? RequestForm(parsing: input), let request = try? AccessTokenRequest(form: form) else {
            return false
        }
        if case .preAuthorizedCode(let code, let txCode) = request.grant {
            try hold("a parameter that counts has a value", for: input, !code.isEmpty && txCode?.isEmpty != true)
        }
        let written = try? RequestForm(parsing: Array(request.form().utf8))
        let again = written.flatMap { form in try? AccessTokenRequest(form: form) }
        try hold("a request that is written reads the same", for: input, again == request)
        return true
    }

    static func authorizationRequest(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let form = try? RequestForm(parsing: input),
            let request = try? AuthorizationRequest(AuthorizationParameters(form: form))
        else { return false }
        let stored = try? AuthorizationRequest(json: request.json)
        try hold("a request that is stored reads the same", for: input, stored == request)
        return true
    }

    static func clientMetadata(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let object = (try? JSON(parsing: input))?.object, let metadata = try? ClientMetadata(json: object) else {
            return false
        }
        let stored = try? ClientMetadata(json: metadata.json)
        try hold("metadata that is stored reads the same", for: input, stored == metadata)
        return true
    }

    static func passkey(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let answer = AuthorizationSamples.registrationAnswer(attestationObject: input)
        let registration = try? VerifiedRegistration(
            responseJSON: answer, challenge: AuthorizationSamples.challenge,
            relyingParty: AuthorizationSamples.relyingParty, userVerification: .preferred)
        guard let registration else { return false }
        let again = try? CredentialPublicKey(coseKey: registration.publicKey.coseKey)
        try hold("a key that is stored reads the same", for: input, again == registration.publicKey)
        return true
    }
}
