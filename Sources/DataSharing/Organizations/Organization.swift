package import WireFormats

/// What an organization does here.
package enum OrganizationRole: String, Sendable, CaseIterable {
    /// Knows something about people.
    case market
    /// Wants to know it.
    case provider
}

/// Whether an organization may take part.
package enum OrganizationState: String, Sendable, CaseIterable {
    /// It has registered, and the operator has not decided yet.
    case pending
    case approved
    case suspended
}

/// With which organizations of the other role one exchanges data.
package enum Partners: Equatable, Sendable {
    case any
    case listed([OrganizationID])

    package func admit(_ id: OrganizationID) -> Bool {
        switch self {
        case .any: true
        case .listed(let ids): ids.contains(id)
        }
    }
}

/// An organization that takes part in data sharing.
package struct Organization: Equatable, Sendable {
    package static let maximumBytes = 64 << 10
    package static let maximumPartners = 1000

    package let id: OrganizationID
    /// Never empty.
    package let roles: [OrganizationRole]
    /// Its name in each language, the default first. Never empty.
    package let display: [DisplayText]
    package var keys: OrganizationKeys
    /// The base of a market's release endpoint, and the audience of approvals and access tokens. Every market has one.
    package let marketURI: String?
    /// Where withdrawals are told.
    package let notificationURI: String?
    /// Where answers for a provider go. Every provider has one.
    package let redirectURIs: [String]
    package var partners: Partners
    package var state: OrganizationState

    package var isMarket: Bool { roles.contains(.market) }
    package var isProvider: Bool { roles.contains(.provider) }
    package var isApproved: Bool { state == .approved }

    /// The name for the first of `languages` that there is one for.
    package func name(for languages: [String]) -> String { display.text(for: languages)?.name ?? id.text }

    /// As it is stored, shown to the operator and read again.
    package var json: JSON {
        var object: JSONObject = [
            "id": .string(id.text), "roles": .array(roles.map { .string($0.rawValue) }), "display": display.json,
            "jwks": keys.json,
        ]
        object["market_uri"] = marketURI.map(JSON.string)
        object["notification_uri"] = notificationURI.map(JSON.string)
        if !redirectURIs.isEmpty { object["redirect_uris"] = .array(redirectURIs.map(JSON.string)) }
        object["partners"] = partners.json
        object["state"] = .string(state.rawValue)
        return .object(object)
    }

    /// Whether this market gives data to `provider`, and that one takes it: both lists decide.
    package func offers(to provider: Organization) -> Bool {
        isMarket && isApproved && provider.isProvider && provider.isApproved
            && partners.admit(provider.id) && provider.partners.admit(id)
    }
}

extension Partners {
    package var json: JSON {
        switch self {
        case .any: "any"
        case .listed(let ids): .array(ids.map { .string($0.text) })
        }
    }

    package init(json: JSON, at path: String = "partners") throws(PathProblems) {
        if json == "any" {
            self = .any
            return
        }
        guard let elements = json.array, elements.count <= Organization.maximumPartners else {
            throw PathProblems(
                path, "\"any\" or a list of at most \(Organization.maximumPartners) organizations is expected")
        }
        var ids: [OrganizationID] = []
        for (index, element) in elements.enumerated() {
            guard let id = element.string.flatMap({ OrganizationID($0) }) else {
                throw PathProblems("\(path)[\(index)]", "an organization's id is expected: \(OrganizationID.form)")
            }
            guard !ids.contains(id) else { throw PathProblems("\(path)[\(index)]", "stands there twice") }
            ids.append(id)
        }
        self = .listed(ids)
    }
}
