package import HTTPTypes

// Each is a token of RFC 9110 §5.6.2, so none is nil.
extension HTTPField.Name {
    /// A DPoP proof, RFC 9449 §4.1.
    package static let dpop = HTTPField.Name("DPoP")!
    /// A nonce for the next DPoP proof, RFC 9449 §8.
    package static let dpopNonce = HTTPField.Name("DPoP-Nonce")!
    /// A client attestation, draft-ietf-oauth-attestation-based-client-auth §6.1.
    package static let clientAttestation = HTTPField.Name("OAuth-Client-Attestation")!
    package static let clientAttestationPoP = HTTPField.Name("OAuth-Client-Attestation-PoP")!
    /// A challenge for the next proof of possession of an attested key, same draft, §8.2.
    package static let clientAttestationChallenge = HTTPField.Name("OAuth-Client-Attestation-Challenge")!
}
