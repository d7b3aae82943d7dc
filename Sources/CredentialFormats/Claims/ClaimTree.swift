package import WireFormats

/// The claims of one credential about its subject, before any format's encoding, in order.
///
/// Every claim says whether the holder may withhold it. Formats without selective disclosure ignore that.
package struct ClaimTree: Sendable, Equatable {
    package var claims: [Claim]

    package init(_ claims: [Claim] = []) {
        self.claims = claims
    }
}

/// One named claim.
package struct Claim: Sendable, Equatable {
    package let name: String
    package let value: ClaimValue
    package let isSelectivelyDisclosable: Bool

    package init(_ name: String, _ value: ClaimValue, isSelectivelyDisclosable: Bool = false) {
        (self.name, self.value, self.isSelectivelyDisclosable) = (name, value, isSelectivelyDisclosable)
    }
}

/// The value of a claim.
package indirect enum ClaimValue: Sendable, Equatable {
    case json(JSON)
    case nested(ClaimTree)
    case array([Element])

    package struct Element: Sendable, Equatable {
        package let value: ClaimValue
        package let isSelectivelyDisclosable: Bool

        package init(_ value: ClaimValue, isSelectivelyDisclosable: Bool = false) {
            (self.value, self.isSelectivelyDisclosable) = (value, isSelectivelyDisclosable)
        }
    }

    /// The whole value with nothing withheld.
    package var json: JSON {
        switch self {
        case .json(let value): value
        case .nested(let tree): .object(tree.object)
        case .array(let elements): .array(elements.map(\.value.json))
        }
    }
}

extension ClaimTree {
    /// All claims with nothing withheld.
    package var object: JSONObject {
        JSONObject(claims.map { ($0.name, $0.value.json) })
    }
}
