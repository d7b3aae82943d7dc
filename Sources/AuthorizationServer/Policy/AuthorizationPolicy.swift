package import PersonAuthentication
import WireFormats

/// What the operator decides about the authorization server.
package struct AuthorizationPolicy: Sendable {
    /// The issuer identifier, RFC 8414 §2.
    package let issuer: String
    /// At most a minute.
    package let codeLifetime: Duration
    /// Of a pushed request, until it is opened in a browser.
    package let requestLifetime: Duration
    /// How long a person has for login and consent.
    package let loginTime: Duration
    package let sessionLifetime: Duration
    package let sessionIdle: Duration
    package let accessTokenLifetime: Duration
    package let refreshTokenLifetime: Duration
    package let profile: SecurityProfile
    package let dpopNonces: NoncePolicy
    /// Weakest first; the first is the default. Never empty where people log in.
    package let levels: [AuthenticationLevel]
    package let knowledge: [KnowledgeField]
    /// Who takes access tokens besides this server.
    package let resources: [ProtectedResource]
    package let tokenFormat: TokenFormat
    package let subjectType: SubjectType

    package enum SecurityProfile: Sendable {
        case standard
        /// FAPI 2.0 Security Profile.
        case fapi2
    }

    package enum NoncePolicy: Sendable {
        /// Given out; proofs without one are taken while they are fresh.
        case offered
        case required
    }

    package enum TokenFormat: Sendable {
        case opaque
        /// RFC 9068.
        case jwt
    }

    /// How a person is called towards others.
    package enum SubjectType: Sendable {
        /// OpenID Connect Core §8.1: another name for each sector.
        case pairwise
        /// One name for all.
        case `public`
        /// The registry's own identifier: for services of the same operator.
        case registry
    }

    /// A service that takes access tokens of this server.
    package struct ProtectedResource: Sendable {
        package let identifier: String
        package let format: TokenFormat
        package let subjectType: SubjectType

        package init(identifier: String, format: TokenFormat, subjectType: SubjectType) {
            self.identifier = identifier
            self.format = format
            self.subjectType = subjectType
        }
    }

    package init(
        issuer: String, codeLifetime: Duration = .seconds(60), requestLifetime: Duration = .seconds(90),
        loginTime: Duration = .seconds(600), sessionLifetime: Duration = .seconds(12 * 3600),
        sessionIdle: Duration = .seconds(3600), accessTokenLifetime: Duration = .seconds(300),
        refreshTokenLifetime: Duration = .seconds(30 * 86_400), profile: SecurityProfile = .standard,
        dpopNonces: NoncePolicy = .offered, levels: [AuthenticationLevel], knowledge: [KnowledgeField] = [],
        resources: [ProtectedResource] = [], tokenFormat: TokenFormat = .opaque, subjectType: SubjectType = .pairwise
    ) {
        self.issuer = issuer
        self.codeLifetime = codeLifetime
        self.requestLifetime = requestLifetime
        self.loginTime = loginTime
        self.sessionLifetime = sessionLifetime
        self.sessionIdle = sessionIdle
        self.accessTokenLifetime = accessTokenLifetime
        self.refreshTokenLifetime = refreshTokenLifetime
        self.profile = profile
        self.dpopNonces = dpopNonces
        self.levels = levels
        self.knowledge = knowledge
        self.resources = resources
        self.tokenFormat = tokenFormat
        self.subjectType = subjectType
    }

    /// How long a DPoP proof is taken after it was made, and how far its clock may be ahead.
    package static let proofAge: Double = 60
    package static let proofSkew: Double = 10

    func resource(_ identifier: String) -> ProtectedResource? {
        resources.first { $0.identifier.hasSameBytes(as: identifier) }
    }

    func level(_ acr: String) -> AuthenticationLevel? { levels.first { $0.acr.hasSameBytes(as: acr) } }
}
