package import OAuth

/// What the operator decides about the authorization server.
package struct AuthorizationServerSettings: Sendable, Equatable {
    package let profile: SecurityProfile
    /// At most 60 seconds.
    package let codeLifetime: Duration
    /// Of a pushed authorization request.
    package let requestLifetime: Duration
    /// How long a person has for login and consent.
    package let loginTime: Duration
    package let sessionLifetime: Duration
    /// How long a session lasts that nobody uses; at most its lifetime.
    package let sessionIdle: Duration
    package let refreshTokenLifetime: Duration
    package let tokenFormat: TokenFormat
    package let dpopNonces: NoncePolicy
    package let subject: Subject
    /// Who else takes tokens of this server; no identifier twice.
    package let resources: [Resource]
    /// No issuer twice.
    package let trustedAttesters: [Attester]
    /// Identifiers of other issuers whose credentials may be asked for; none twice.
    package let credentialIssuers: [String]
    /// In the order of the file.
    package let claims: [Claim]

    package enum SecurityProfile: String, Sendable, CaseIterable {
        case none
        /// FAPI 2.0 Security Profile.
        case fapi2
    }

    package enum TokenFormat: String, Sendable, CaseIterable {
        case opaque
        /// RFC 9068.
        case jwt
    }

    package enum NoncePolicy: String, Sendable, CaseIterable {
        case offered
        case required
    }

    /// What clients know a person by, OpenID Connect Core §8.
    package enum Subject: String, Sendable, CaseIterable {
        case pairwise
        case `public`
    }

    package struct Resource: Sendable, Equatable {
        package let identifier: String
        package let tokenFormat: TokenFormat
        package let subject: Subject

        /// What the resource knows a person by.
        package enum Subject: String, Sendable, CaseIterable {
            case pairwise
            /// The registry's identifier.
            case registry
        }
    }

    /// Somebody whose word about wallets is taken (client attestation).
    package struct Attester: Sendable, Equatable {
        package let issuer: String
        package let keys: Keys

        package enum Keys: Sendable, Equatable {
            /// A file with a JWK set.
            case keys(file: String)
            /// A file with certificates in PEM.
            case roots(file: String)
        }
    }

    /// A claim of OpenID Connect, in ID tokens and at the userinfo endpoint.
    package struct Claim: Sendable, Equatable {
        package let name: String
        package let source: Source
        /// The scope that asks for it; nil if only a `claims` parameter does.
        package let scope: String?
        /// The claim's name if the file says nothing.
        package let display: LocalizedText

        package enum Source: Sendable, Equatable {
            case field(String)
            /// An object, such as `address`, with its members in order.
            case members([Member])
        }

        package struct Member: Sendable, Equatable {
            package let name: String
            package let field: String
        }
    }
}
