import Crypto
package import WireFormats

/// What a scope consists of: one version of it, which never changes.
package struct ScopeDefinition: Equatable, Sendable {
    package static let maximumBytes = 32 << 10
    package static let maximumClaims = 64
    package static let maximumDepth = 4

    package let scope: ScopeName
    /// From 1.
    package let version: Int
    package let heldBy: Holder
    /// Never empty; the default first.
    package let display: [DisplayText]
    /// Never empty.
    package let claims: [ScopeClaim]

    /// Who keeps the values.
    package enum Holder: String, Sendable, CaseIterable {
        /// The market deposits them, encrypted to the person.
        case person
        /// The market keeps them and pushes a digest.
        case market
    }

    package var json: JSON {
        [
            "scope": .string(scope.text), "version": .integer(Int64(version)), "held_by": .string(heldBy.rawValue),
            "display": display.json, "claims": .array(claims.map(\.json)),
        ]
    }

    /// As it is stored: what the ledger's commitment covers.
    package var encoded: [UInt8] { json.encoded() }

    /// SHA-256 of ``encoded``.
    package var hash: [UInt8] { Array(SHA256.hash(data: encoded)) }

    /// The claim of this name at the top.
    package func claim(_ name: String) -> ScopeClaim? { claims.claim(name) }

    /// The same as `version`.
    package func numbered(_ version: Int) -> ScopeDefinition {
        ScopeDefinition(scope: scope, version: version, heldBy: heldBy, display: display, claims: claims)
    }
}

/// One claim of a scope.
package struct ScopeClaim: Equatable, Sendable {
    /// `[A-Za-z_][A-Za-z0-9_]{0,63}`.
    package let name: String
    package let rule: ScopeClaimRule
    package let isRequired: Bool
    /// May be empty: the name is then what people see.
    package let display: [DisplayText]

    package var type: ScopeClaimType { rule.type }

    /// What people of `languages` read for it.
    package func label(for languages: [String]) -> String { display.text(for: languages)?.name ?? name }

    package var json: JSON {
        var object: JSONObject = ["name": .string(name), "type": .string(type.rawValue)]
        if isRequired { object["required"] = true }
        switch rule {
        case .boolean: break
        case .integer(let minimum, let maximum):
            object["minimum"] = minimum.map(JSON.integer)
            object["maximum"] = maximum.map(JSON.integer)
        case .float(let minimum, let maximum):
            object["minimum"] = minimum?.json
            object["maximum"] = maximum?.json
        case .text(let rule):
            object["minimum_length"] = rule.minimumLength.map { .integer(Int64($0)) }
            object["maximum_length"] = rule.maximumLength.map { .integer(Int64($0)) }
            object["values"] = rule.values.map { .array($0.map(JSON.string)) }
        case .object(let claims): object["claims"] = .array(claims.map(\.json))
        }
        if !display.isEmpty { object["display"] = display.json }
        return .object(object)
    }
}

/// The type of a claim, as it is written.
package enum ScopeClaimType: String, Sendable, CaseIterable {
    case boolean = "BOOLEAN"
    case integer = "INTEGER"
    case float = "FLOAT"
    case text = "TEXT"
    case object = "OBJECT"
}

/// What values a claim may have.
package enum ScopeClaimRule: Equatable, Sendable {
    case boolean
    /// Within ``integers``.
    case integer(minimum: Int64?, maximum: Int64?)
    case float(minimum: FloatBound?, maximum: FloatBound?)
    case text(TextRule)
    /// Claims that are disclosed together. Never empty.
    case object([ScopeClaim])

    /// What every reader of JSON can represent: RFC 8259 §6.
    package static let integers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991

    package var type: ScopeClaimType {
        switch self {
        case .boolean: .boolean
        case .integer: .integer
        case .float: .float
        case .text: .text
        case .object: .object
        }
    }
}

/// A bound of a FLOAT, with the literal that it was written as.
package struct FloatBound: Equatable, Sendable {
    package let json: JSON
    package let value: Double

    /// Nil if `json` is no finite number.
    package init?(_ json: JSON) {
        guard let value = json.number, value.isFinite else { return nil }
        self.json = json
        self.value = value
    }
}

/// What texts a claim may have. Lengths count Unicode scalars.
package struct TextRule: Equatable, Sendable {
    package static let longest = 65_536

    package let minimumLength: Int?
    package let maximumLength: Int?
    /// The only texts there may be.
    package let values: [String]?

    package init(minimumLength: Int? = nil, maximumLength: Int? = nil, values: [String]? = nil) {
        self.minimumLength = minimumLength
        self.maximumLength = maximumLength
        self.values = values
    }
}

extension [ScopeClaim] {
    package func claim(_ name: String) -> ScopeClaim? { first { $0.name.hasSameBytes(as: name) } }

    /// With those inside.
    var countInAll: Int {
        reduce(0) { sum, claim in
            if case .object(let inner) = claim.rule { sum + 1 + inner.countInAll } else { sum + 1 }
        }
    }
}
