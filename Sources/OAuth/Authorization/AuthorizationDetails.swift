package import WireFormats

/// Why `authorization_details` are refused, RFC 9396 §5.
package enum AuthorizationDetailsRefusal: Refusal, Equatable {
    case notJSONArray
    case empty
    case tooMany
    case notObject
    case missingType
    case unsupportedType
    case missingConfigurationID
    case malformedClaims
    case malformedLocations
    /// The configuration is not known here, or not allowed: the caller's finding.
    case unknownConfiguration

    package var wire: WireRefusal { WireRefusal("invalid_authorization_details", description) }

    private var description: String {
        switch self {
        case .notJSONArray: "authorization_details must be a JSON array"
        case .empty: "authorization_details is empty"
        case .tooMany: "authorization_details has too many entries"
        case .notObject: "An entry of authorization_details is no object"
        case .missingType: "An entry of authorization_details has no type"
        case .unsupportedType: "The type of an entry of authorization_details is not supported"
        case .missingConfigurationID: "credential_configuration_id is missing or malformed"
        case .malformedClaims: "claims in authorization_details must be a list of objects with a path each"
        case .malformedLocations: "locations in authorization_details must be a list of addresses"
        case .unknownConfiguration: "There is no such credential configuration"
        }
    }

    package var reason: String { "authorization details: " + description }
}

/// One thing that a client wants to be allowed, of type `openid_credential`: OpenID4VCI 1.0 §5.1.1
/// (#authorization-details). Members that are not known are kept.
package struct AuthorizationDetail: Sendable, Equatable {
    package static let type = "openid_credential"

    /// The whole entry as it was sent.
    package let object: JSONObject
    /// 1 to 512 bytes.
    package let credentialConfigurationID: String
    /// Claims descriptions (OpenID4VCI 1.0 Appendix B.1), empty if there is no restriction.
    package let claims: [JSON]
    /// Identifiers of credential issuers.
    package let locations: [String]

    package init(credentialConfigurationID: String, locations: [String] = [], claims: [JSON] = []) {
        var object: JSONObject = [
            "type": .string(Self.type), "credential_configuration_id": .string(credentialConfigurationID),
        ]
        object.setTexts("locations", locations)
        if !claims.isEmpty { object["claims"] = .array(claims) }
        self.object = object
        self.credentialConfigurationID = credentialConfigurationID
        self.claims = claims
        self.locations = locations
    }

    package init(json: JSON) throws(AuthorizationDetailsRefusal) {
        guard let object = json.object else { throw .notObject }
        guard let type = object["type"]?.string else { throw .missingType }
        guard type.hasSameBytes(as: Self.type) else { throw .unsupportedType }
        guard let id = object["credential_configuration_id"]?.string, (1...512).contains(id.utf8.count) else {
            throw .missingConfigurationID
        }
        self.object = object
        credentialConfigurationID = id
        claims = try Self.claims(in: object)
        locations = try Self.locations(in: object)
    }

    private static func claims(in object: JSONObject) throws(AuthorizationDetailsRefusal) -> [JSON] {
        guard let value = object["claims"] else { return [] }
        guard let claims = value.array, (1...200).contains(claims.count), claims.allSatisfy(isClaimsDescription) else {
            throw .malformedClaims
        }
        return claims
    }

    /// An object whose `path` is a claims path pointer, OpenID4VCI 1.0 Appendix C.
    private static func isClaimsDescription(_ json: JSON) -> Bool {
        guard let object = json.object, let path = object["path"]?.array, (1...16).contains(path.count) else {
            return false
        }
        if let mandatory = object["mandatory"], mandatory.bool == nil { return false }
        return path.allSatisfy { element in
            switch element {
            case .string, .null: true
            case .integer(let index): index >= 0
            default: false
            }
        }
    }

    private static func locations(in object: JSONObject) throws(AuthorizationDetailsRefusal) -> [String] {
        guard let value = object["locations"] else { return [] }
        guard let texts = value.array?.map(\.string), (1...16).contains(texts.count) else { throw .malformedLocations }
        let locations = texts.compactMap { $0 }
        guard locations.count == texts.count, locations.allSatisfy({ $0.utf8.count <= 2048 && $0.uriScheme != nil })
        else { throw .malformedLocations }
        return locations
    }
}

/// What a client wants to be allowed, RFC 9396 §2: 1 to 20 entries.
package struct AuthorizationDetails: Sendable, Equatable {
    package static let maximumEntries = 20
    package static let maximumBytes = 32_768

    /// The type of entries that ask for data which others have about the person.
    package static let sharingType = "data_sharing"

    package let entries: [AuthorizationDetail]
    /// Entries of the type `data_sharing`, as they were sent.
    package let sharing: [JSONObject]

    /// Nil if there is no entry, or too many.
    package init?(_ entries: [AuthorizationDetail], sharing: [JSONObject] = []) {
        guard (1...Self.maximumEntries).contains(entries.count + sharing.count) else { return nil }
        self.entries = entries
        self.sharing = sharing
    }

    package init(parsing text: String) throws(AuthorizationDetailsRefusal) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooMany }
        guard let json = try? JSON(parsing: Array(text.utf8)) else { throw .notJSONArray }
        try self.init(json: json)
    }

    package init(json: JSON) throws(AuthorizationDetailsRefusal) {
        guard let array = json.array else { throw .notJSONArray }
        guard !array.isEmpty else { throw .empty }
        guard array.count <= Self.maximumEntries else { throw .tooMany }
        var entries: [AuthorizationDetail] = []
        var sharing: [JSONObject] = []
        for element in array {
            if let object = element.object, object["type"] == .string(Self.sharingType) {
                sharing.append(object)
            } else {
                entries.append(try AuthorizationDetail(json: element))
            }
        }
        self.entries = entries
        self.sharing = sharing
    }

    package var json: JSON { .array((entries.map(\.object) + sharing).map(JSON.object)) }

    /// The form of the token response, OpenID4VCI 1.0 §6.2 (#token-response): each entry with the identifiers of the
    /// credentials it gives, entries that give none left out.
    package func granted(_ identifiers: (AuthorizationDetail) -> [String]) -> JSON {
        .array(
            entries.compactMap { entry in
                let given = identifiers(entry)
                guard !given.isEmpty else { return nil }
                var object = entry.object
                object["credential_identifiers"] = .array(given.map(JSON.string))
                return .object(object)
            })
    }
}

/// An entry of `authorization_details` in a token response, as a wallet reads it: OpenID4VCI 1.0 §6.2.
package struct GrantedAuthorizationDetail: Sendable, Equatable {
    package let credentialConfigurationID: String
    /// 1 to 100.
    package let credentialIdentifiers: [String]

    /// The entries of type `openid_credential` in `json`; those of other types are left out.
    ///
    /// - Throws: `notJSONArray`, `tooMany`, `notObject`, or `missingConfigurationID` if an entry does not say what it
    ///   gives.
    package static func entries(in json: JSON) throws(AuthorizationDetailsRefusal) -> [GrantedAuthorizationDetail] {
        guard let array = json.array else { throw .notJSONArray }
        guard array.count <= AuthorizationDetails.maximumEntries else { throw .tooMany }
        var entries: [GrantedAuthorizationDetail] = []
        for element in array {
            guard let object = element.object else { throw .notObject }
            guard object["type"] == .string(AuthorizationDetail.type) else { continue }
            guard let id = object["credential_configuration_id"]?.string,
                let identifiers = object["credential_identifiers"]?.array, (1...100).contains(identifiers.count)
            else { throw .missingConfigurationID }
            let texts = identifiers.compactMap(\.string).filter { (1...2048).contains($0.utf8.count) }
            guard texts.count == identifiers.count else { throw .missingConfigurationID }
            entries.append(GrantedAuthorizationDetail(credentialConfigurationID: id, credentialIdentifiers: texts))
        }
        return entries
    }
}
