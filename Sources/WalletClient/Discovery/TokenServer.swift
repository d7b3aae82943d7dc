import JOSE
import OAuth
import WireFormats

/// What the wallet remembers of an authorization server from one request of a flow to the next: all that follows goes to
/// the server that the flow began with, RFC 9700 §4.4.
struct TokenServer: Sendable, Equatable {
    let issuer: String
    let tokenEndpoint: String
    /// Where challenges for proofs of an attested key are had; nil if there are none.
    let challengeEndpoint: String?
    /// Whether every authorization response names the server, RFC 9207 §3.
    let namesItself: Bool
    /// Whether tokens can be bound to a key that this wallet makes, RFC 9449 §5.1.
    let bindsTokens: Bool
}

extension TokenServer {
    init(_ metadata: AuthorizationServerMetadata) {
        issuer = metadata.issuer
        tokenEndpoint = metadata.tokenEndpoint
        challengeEndpoint = metadata.challengeEndpoint
        namesItself = metadata.statesIssuerInResponses
        bindsTokens = metadata.dpopAlgorithms.contains(SignatureAlgorithm.es256.rawValue)
    }

    var record: JSON {
        var record: JSONObject = [
            "issuer": .string(issuer), "token_endpoint": .string(tokenEndpoint), "names_itself": .bool(namesItself),
            "binds_tokens": .bool(bindsTokens),
        ]
        record["challenge_endpoint"] = challengeEndpoint.map(JSON.string)
        return .object(record)
    }

    /// Nil if `record` is none.
    init?(record: JSON) {
        guard let issuer = record["issuer"]?.string, let tokenEndpoint = record["token_endpoint"]?.string,
            let namesItself = record["names_itself"]?.bool, let bindsTokens = record["binds_tokens"]?.bool
        else { return nil }
        self.issuer = issuer
        self.tokenEndpoint = tokenEndpoint
        self.namesItself = namesItself
        self.bindsTokens = bindsTokens
        challengeEndpoint = record["challenge_endpoint"]?.string
    }
}
