package import DataSharing
package import HTTPTypes
package import OAuth
import WireFormats

/// Why nothing is done with an organization.
package enum OrganizationRefusal: Refusal, Equatable {
    case unknown
    case taken
    case tooManyPending
    /// Somebody else changes it all the time.
    case contended
    case problems(PathProblems)

    package var wire: WireRefusal {
        switch self {
        case .unknown: WireRefusal(.notFound, "organization_not_found", "There is no such organization")
        case .taken: WireRefusal(.conflict, "organization_exists", "This identifier is taken")
        case .tooManyPending:
            WireRefusal(.serviceUnavailable, "temporarily_unavailable", "Too many organizations wait for approval")
        case .contended: WireRefusal(.conflict, "conflict", "The organization was changed meanwhile; try again")
        case .problems(let problems): problems.wire("invalid_organization", "The organization is not acceptable")
        }
    }

    package var reason: String { wire.description }
}

/// Why a scope definition is not registered or not found.
package enum DefinitionRefusal: Refusal, Equatable {
    case unknown
    case unknownMarket
    case otherMarket
    case tooManyScopes
    /// The version is not the one after the newest, which is told.
    case version(next: Int)
    case contended
    case problems(PathProblems)

    package var wire: WireRefusal {
        switch self {
        case .unknown: WireRefusal(.notFound, "scope_not_found", "There is no such scope or version")
        case .unknownMarket:
            PathProblems("scope", "there is no such market").wire("invalid_definition", Self.unacceptable)
        case .otherMarket:
            PathProblems("scope", "another market's").wire("invalid_definition", Self.unacceptable, .forbidden)
        case .tooManyScopes: WireRefusal(.conflict, "too_many_scopes", "The market has as many scopes as it may have")
        case .version(let next):
            PathProblems("version", "the next version is \(next), and a version never changes")
                .wire("invalid_definition", Self.unacceptable, .conflict)
        case .contended: WireRefusal(.conflict, "conflict", "The scope was changed meanwhile; try again")
        case .problems(let problems): problems.wire("invalid_definition", Self.unacceptable)
        }
    }

    private static let unacceptable = "The definition is not acceptable"

    package var reason: String {
        if case .problems(let problems) = self { "definition: \(problems)" } else { wire.description }
    }
}

/// Why a market's request is refused.
package enum MarketRefusal: Refusal, Equatable {
    /// The token's client is no approved market.
    case noMarket
    case mediaType
    case idempotencyKey
    case idempotencyKeyReused
    case malformedPush(PathProblems)
    case push(PathProblems)
    case unknownHolding
    case unknownSubject
    case noVault
    case contended

    package var wire: WireRefusal {
        switch self {
        case .noMarket: WireRefusal(.forbidden, "access_denied", "The organization is no approved market")
        case .mediaType: WireRefusal(.unsupportedMediaType, "invalid_request", "The body must be application/json")
        case .idempotencyKey:
            WireRefusal(
                .badRequest, "invalid_request", "Send one Idempotency-Key of 1 to 128 visible ASCII characters")
        case .idempotencyKeyReused:
            WireRefusal(
                .unprocessableContent, "idempotency_key_reused", "The Idempotency-Key came with another body before")
        case .malformedPush(let problems): problems.wire("invalid_push", Self.unacceptable, .badRequest)
        case .push(let problems): problems.wire("invalid_push", Self.unacceptable)
        case .unknownHolding: WireRefusal(.notFound, "not_found", "There is no such digest or deposit of this market")
        case .unknownSubject: WireRefusal(.notFound, "unknown_subject", "Nobody has this subject at this market")
        case .noVault: WireRefusal(.conflict, "no_vault", "The person has made no keys yet")
        case .contended: WireRefusal(.conflict, "conflict", "The same things are pushed by others too; try again")
        }
    }

    private static let unacceptable = "The push is not acceptable, and nothing of it is stored"

    package var reason: String {
        switch self {
        // Paths and expectations only: neither values nor subjects are in them.
        case .malformedPush(let problems), .push(let problems): "push: \(problems)"
        default: wire.description
        }
    }
}

extension PathProblems {
    /// The refusal that tells all of them.
    package func wire(
        _ code: String, _ description: String, _ status: HTTPResponse.Status = .unprocessableContent
    ) -> WireRefusal {
        WireRefusal(status, code, description).with(
            member: "errors",
            .array(all.map { ["path": .string($0.path), "problem": .string($0.problem)] }))
    }
}
