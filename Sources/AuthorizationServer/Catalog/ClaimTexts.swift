package import OAuth
package import WireFormats

/// A claim about a person that clients may be told, OpenID Connect Core §5.1.
package struct ClaimDefinition: Sendable, Equatable {
    package let name: String
    /// The scope that asks for it, §5.4; nil if only the `claims` parameter does.
    package let scope: String?
    package let label: LocalizedText

    package init(name: String, scope: String?, label: LocalizedText) {
        (self.name, self.scope, self.label) = (name, scope, label)
    }
}

/// The claims that this server knows of.
package struct ClaimTexts: Sendable {
    package let definitions: [ClaimDefinition]
    /// Those that ask for claims, in the order of the definitions.
    package let scopes: [String]
    private let byName: [String: ClaimDefinition]

    package init(_ definitions: [ClaimDefinition]) {
        self.definitions = definitions
        byName = Dictionary(definitions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var scopes: [String] = []
        for scope in definitions.compactMap(\.scope) where !scopes.contains(scope) { scopes.append(scope) }
        self.scopes = scopes
    }

    func knows(_ name: String) -> Bool { byName[name] != nil }

    func label(of name: String) -> LocalizedText { byName[name]?.label ?? LocalizedText(name) }

    func names(inScope scope: String) -> [String] { definitions.filter { $0.scope == scope }.map(\.name) }
}

/// Where the values of claims come from.
package protocol PersonClaims: Sendable {
    /// The claims of those names that are known of the person. Nothing else is asked of the registry.
    func claims(_ names: [String], of person: String) async throws -> JSONObject

    /// How the person is called on their own page; nil if nothing is known.
    func displayName(of person: String) async throws -> String?
}
