package import WireFormats

/// Why a `claims` parameter is refused.
package enum ClaimsRequestMalformation: Error, Equatable {
    case notJSONObject
    /// `userinfo` or `id_token` is no object.
    case section
    /// A claim is asked for by something else than null or an object with members of the right types.
    case claim
    case valueAndValues
    /// Empty, longer than 300 characters, or with characters that no text has.
    case purpose
    case tooMany

    /// For an `error_description`.
    package var sentence: String {
        switch self {
        case .notJSONObject: "claims must be a JSON object"
        case .section: "userinfo and id_token in claims must be objects"
        case .claim: "a claim in claims must be null or an object"
        case .valueAndValues: "a claim in claims has both value and values"
        case .purpose: "a purpose in claims must be 1 to 300 characters"
        case .tooMany: "claims asks for too much"
        }
    }
}

/// Claims that a client asks for one by one, OpenID Connect Core §5.5, each with an optional `purpose` to be shown to
/// the person, as OpenID Connect for Identity Assurance §8 has it. Unknown members are ignored.
package struct ClaimsRequest: Sendable, Equatable {
    package static let maximumClaims = 100
    package static let maximumValues = 50
    package static let maximumBytes = 16_384

    package let userinfo: [Claim]
    package let idToken: [Claim]

    package struct Claim: Sendable, Equatable {
        /// 1 to 256 bytes; may end in `#` and a language tag (§5.2).
        package let name: String
        package let isEssential: Bool
        /// The values that are wanted; empty if any is.
        package let values: [JSON]
        package let purpose: String?

        package init(name: String, isEssential: Bool = false, values: [JSON] = [], purpose: String? = nil) {
            self.name = name
            self.isEssential = isEssential
            self.values = values
            self.purpose = purpose
        }
    }

    package init(userinfo: [Claim] = [], idToken: [Claim] = []) {
        self.userinfo = userinfo
        self.idToken = idToken
    }

    package init(parsing text: String) throws(ClaimsRequestMalformation) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooMany }
        guard let json = try? JSON(parsing: Array(text.utf8)) else { throw .notJSONObject }
        try self.init(json: json)
    }

    package init(json: JSON) throws(ClaimsRequestMalformation) {
        guard let object = json.object else { throw .notJSONObject }
        userinfo = try Self.claims(in: object["userinfo"])
        idToken = try Self.claims(in: object["id_token"])
    }

    private static func claims(in section: JSON?) throws(ClaimsRequestMalformation) -> [Claim] {
        guard let section, section != .null else { return [] }
        guard let object = section.object else { throw .section }
        guard object.members.count <= maximumClaims else { throw .tooMany }
        var claims: [Claim] = []
        for member in object.members { claims.append(try Claim(name: member.name, json: member.value)) }
        return claims
    }

    package var json: JSON {
        var object = JSONObject()
        for (name, claims) in [("userinfo", userinfo), ("id_token", idToken)] where !claims.isEmpty {
            object[name] = .object(JSONObject(claims.map { ($0.name, $0.json) }))
        }
        return .object(object)
    }
}

extension ClaimsRequest.Claim {
    init(name: String, json: JSON) throws(ClaimsRequestMalformation) {
        guard (1...256).contains(name.utf8.count) else { throw .claim }
        guard json != .null else {
            self.init(name: name)
            return
        }
        guard let object = json.object else { throw .claim }
        let essential = object["essential"] ?? false
        guard let isEssential = essential.bool else { throw .claim }
        self.init(
            name: name, isEssential: isEssential, values: try Self.values(in: object),
            purpose: try Self.purpose(in: object))
    }

    private static func values(in object: JSONObject) throws(ClaimsRequestMalformation) -> [JSON] {
        guard let list = object["values"] else { return object["value"].map { [$0] } ?? [] }
        guard object["value"] == nil else { throw .valueAndValues }
        guard let values = list.array, !values.isEmpty else { throw .claim }
        guard values.count <= ClaimsRequest.maximumValues else { throw .tooMany }
        return values
    }

    private static func purpose(in object: JSONObject) throws(ClaimsRequestMalformation) -> String? {
        guard let stated = object["purpose"] else { return nil }
        guard let text = stated.string, (1...300).contains(text.unicodeScalars.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw .purpose }
        return text
    }

    var json: JSON {
        var object = JSONObject()
        if isEssential { object["essential"] = true }
        if values.count == 1 { object["value"] = values[0] }
        if values.count > 1 { object["values"] = .array(values) }
        object.setText("purpose", purpose)
        return object.isEmpty ? .null : .object(object)
    }
}
