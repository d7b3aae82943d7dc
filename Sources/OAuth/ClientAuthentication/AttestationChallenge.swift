import WireFormats

/// What the challenge endpoint gives, draft-ietf-oauth-attestation-based-client-auth §8.
package struct AttestationChallenge: Sendable, Equatable {
    package let text: String

    package init(_ text: String) { self.text = text }

    /// Never stored: each client needs its own.
    package var response: EndpointResponse {
        .privateJSON(["attestation_challenge": .string(text)])
    }

    /// Nil if `body` is no such answer with a challenge of 1 to 512 visible characters.
    package init?(parsing body: [UInt8]) {
        guard let text = (try? JSON(parsing: body))?["attestation_challenge"]?.string,
            (1...512).contains(text.utf8.count), text.isVisibleASCII
        else { return nil }
        self.text = text
    }
}
