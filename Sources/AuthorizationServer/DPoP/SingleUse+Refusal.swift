import OAuth

extension SingleUse.Kind {
    /// What a client is told that presented one twice.
    var refusal: any Refusal {
        switch self {
        case .dpopProof, .accessToken: DPoPRefusal.replayed
        case .clientAssertion, .attestationProof: ClientAuthenticationRefusal.replayed
        case .requestObject: AuthorizationRequestRefusal.requestObject(.replayed)
        }
    }
}
