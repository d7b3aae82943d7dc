package import JOSE
package import WireFormats

/// Why an entry of `authorization_details` of type `data_sharing` is refused.
package enum DataSharingDetailRefusal: Error, Equatable {
    case notObject
    case wrongType
    /// `scope` is missing or no scope's name.
    case scope
    /// `claims` is no list of 1 to 64 objects.
    case claims
    /// An entry of `claims` has no `name` of a claim.
    case claimName(index: Int)
    case repeatedClaim(index: Int)
    /// `essential` is neither true nor false.
    case essential(index: Int)
    /// `purpose` is no text of 1 to 300 characters without control characters.
    case purpose
    case encryptionKey(JWKRefusal)
    /// `encryption_key` is no object.
    case encryptionKeyMissing
    case unknownMember
    /// Two entries for one scope.
    case repeatedScope
    /// Entries with different encryption keys.
    case differentKeys
    case tooMany

    /// For an `error_description`: ASCII without quotation marks, names the path, no full stop.
    package var sentence: String {
        switch self {
        case .notObject: "an entry is no object"
        case .wrongType: "type: must be data_sharing"
        case .scope: "scope: must be the name of a scope, such as shop:loyalty"
        case .claims: "claims: must be a list of 1 to 64 objects"
        case .claimName(let index): "claims[\(index)].name: must be the name of a claim"
        case .repeatedClaim(let index): "claims[\(index)].name: stands there twice"
        case .essential(let index): "claims[\(index)].essential: must be true or false"
        case .purpose: "purpose: must be a text of 1 to 300 characters"
        case .encryptionKey(.privateMember): "encryption_key: shows a private key"
        case .encryptionKey(.pointNotOnCurve): "encryption_key: is no point of P-256"
        case .encryptionKey: "encryption_key: must be a public key of P-256 for ECDH-ES+A256KW"
        case .encryptionKeyMissing: "encryption_key: must be a JWK"
        case .unknownMember: "an entry has a member that is not known"
        case .repeatedScope: "scope: has two entries"
        case .differentKeys: "encryption_key: must be the same in all entries"
        case .tooMany: "too many entries"
        }
    }
}

/// What a service provider asks for of one scope: an entry of `authorization_details` (RFC 9396).
package struct DataSharingDetail: Sendable, Equatable {
    package static let type = "data_sharing"
    package static let maximumEntries = 20

    package let scope: String
    package let claims: Claims
    /// The provider's own words.
    package let purpose: String?
    package let encryptionKey: PublicEncryptionKey

    package enum Claims: Sendable, Equatable {
        /// All of the definition, the required ones essential.
        case all
        /// 1 to 64 with different names.
        case some([RequestedClaim])
    }

    package struct RequestedClaim: Sendable, Equatable {
        package let name: String
        package let isEssential: Bool

        package init(_ name: String, isEssential: Bool = false) {
            (self.name, self.isEssential) = (name, isEssential)
        }
    }

    package init(scope: String, claims: Claims, purpose: String?, encryptionKey: PublicEncryptionKey) {
        self.scope = scope
        self.claims = claims
        self.purpose = purpose
        self.encryptionKey = encryptionKey
    }

    package init(json: JSON) throws(DataSharingDetailRefusal) {
        guard let object = json.object else { throw .notObject }
        guard object["type"] == .string(Self.type) else { throw .wrongType }
        for name in object.names {
            let known = ["type", "scope", "claims", "purpose", "encryption_key"].contains { $0.hasSameBytes(as: name) }
            guard known else { throw .unknownMember }
        }
        guard let scope = object["scope"]?.string, ScopeName(scope) != nil else { throw .scope }
        self.scope = scope
        claims = try object["claims"].map(Self.claims) ?? .all
        if let stated = object["purpose"] {
            guard let text = stated.string, (1...MessageLimits.purpose).contains(text.unicodeScalars.count),
                text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw .purpose }
            purpose = text
        } else {
            purpose = nil
        }
        guard let jwk = object["encryption_key"]?.object else { throw .encryptionKeyMissing }
        do throws(JWKRefusal) {
            encryptionKey = try PublicEncryptionKey(jwk: jwk)
        } catch {
            throw .encryptionKey(error)
        }
    }

    private static func claims(_ json: JSON) throws(DataSharingDetailRefusal) -> Claims {
        guard let entries = json.array, (1...MessageLimits.claims).contains(entries.count) else { throw .claims }
        var claims: [RequestedClaim] = []
        var names = Set<String>()
        for (index, entry) in entries.enumerated() {
            guard let object = entry.object else { throw .claims }
            guard object.names.allSatisfy({ ["name", "essential"].contains($0) }) else { throw .unknownMember }
            guard let name = object["name"]?.string, ClaimNames.isName(name) else { throw .claimName(index: index) }
            guard names.insert(name).inserted else { throw .repeatedClaim(index: index) }
            let essential = object["essential"] ?? false
            guard let isEssential = essential.bool else { throw .essential(index: index) }
            claims.append(RequestedClaim(name, isEssential: isEssential))
        }
        return .some(claims)
    }

    package var json: JSON {
        var object: JSONObject = ["type": .string(Self.type), "scope": .string(scope)]
        if case .some(let claims) = claims {
            object["claims"] = .array(
                claims.map { claim in
                    claim.isEssential
                        ? ["name": .string(claim.name), "essential": true] : ["name": .string(claim.name)]
                })
        }
        if let purpose { object["purpose"] = .string(purpose) }
        object["encryption_key"] = .object(encryptionKey.jwk)
        return .object(object)
    }

    /// The entries of this type in `authorization_details`, those of other types left out; one for each scope, all with
    /// the same encryption key.
    package static func entries(in details: JSON) throws(DataSharingDetailRefusal) -> [DataSharingDetail] {
        guard let array = details.array else { throw .notObject }
        guard array.count <= maximumEntries else { throw .tooMany }
        var entries: [DataSharingDetail] = []
        for element in array {
            guard let object = element.object else { throw .notObject }
            guard object["type"] == .string(type) else { continue }
            let entry = try DataSharingDetail(json: element)
            if let first = entries.first, first.encryptionKey != entry.encryptionKey { throw .differentKeys }
            guard !entries.contains(where: { $0.scope == entry.scope }) else { throw .repeatedScope }
            entries.append(entry)
        }
        return entries
    }
}
