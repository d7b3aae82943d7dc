import OAuth
package import WireFormats

extension Organization {
    private static let members: Set<String> = [
        "id", "roles", "display", "jwks", "market_uri", "notification_uri", "redirect_uris", "partners", "state",
    ]

    /// Reads an organization as it registers, as the operator writes it, or as it was stored.
    ///
    /// - Parameter state: what to take where the document names no state.
    /// - Throws: everything that is wrong, by path.
    package init(json: JSON, defaultState: OrganizationState = .pending) throws(PathProblems) {
        guard let object = json.object else { throw PathProblems("", "a JSON object is expected") }
        var reader = DocumentReader(object, at: .root, known: Self.members)
        let id = reader.required("id", OrganizationID.form) { $0.string.flatMap { OrganizationID($0) } }
        let roles = reader.required("roles", "a list of market and provider is expected", Self.roles) ?? []
        let display = reader.gather { () throws(PathProblems) in
            try [DisplayText].read(object["display"], at: ValuePath(text: "display"), hasDescription: false).get()
        }
        if display?.isEmpty == true { reader.add("display", "a name in one language at least is expected") }
        let keys = reader.gather { () throws(PathProblems) in
            try OrganizationKeys(json: object["jwks"] ?? .null, at: ValuePath(text: "jwks"))
        }
        let marketURI = reader.webAddress("market_uri")
        let notificationURI = reader.webAddress("notification_uri")
        let redirectURIs =
            reader.optional(
                "redirect_uris",
                "a list of at most 50 addresses is expected: https, or http on loopback, without fragment",
                Self.redirectURIs) ?? []
        let partners = reader.gather { () throws(PathProblems) in try Partners(json: object["partners"] ?? []) }
        let state =
            reader.optional("state", "pending, approved or suspended is expected") {
                $0.string.flatMap(OrganizationState.init)
            } ?? defaultState
        if roles.contains(.market), object["market_uri"] == nil {
            reader.add("market_uri", "missing; every market has one")
        }
        if !roles.isEmpty, !roles.contains(.market), object["market_uri"] != nil {
            reader.add("market_uri", "only a market has one")
        }
        if roles.contains(.provider), redirectURIs.isEmpty, object["redirect_uris"]?.array?.isEmpty != false {
            reader.add("redirect_uris", "missing; every provider has one at least")
        }
        if let problems = PathProblems(reader.problems) { throw problems }
        guard let id, let display, let keys, let partners else { throw PathProblems("", "incomplete") }
        self.init(
            id: id, roles: roles, display: display, keys: keys, marketURI: marketURI,
            notificationURI: notificationURI, redirectURIs: redirectURIs, partners: partners, state: state)
    }

    package init(parsing bytes: [UInt8], defaultState: OrganizationState = .pending) throws(PathProblems) {
        try self.init(json: JSON(document: bytes, maximumBytes: Self.maximumBytes), defaultState: defaultState)
    }

    private static func roles(_ json: JSON) -> [OrganizationRole]? {
        guard let elements = json.array, !elements.isEmpty else { return nil }
        let roles = elements.compactMap { $0.string.flatMap(OrganizationRole.init) }
        guard roles.count == elements.count, Set(roles).count == roles.count else { return nil }
        return roles
    }

    private static func redirectURIs(_ json: JSON) -> [String]? {
        guard let elements = json.array, elements.count <= 50 else { return nil }
        let addresses = elements.compactMap { $0.string.flatMap { RedirectURI($0) } }
        return addresses.count == elements.count ? addresses.map(\.text) : nil
    }
}

extension DocumentReader {
    /// The value, or nil with its problems noted.
    mutating func gather<T>(_ read: () throws(PathProblems) -> T) -> T? {
        do throws(PathProblems) {
            return try read()
        } catch {
            add(error.all)
            return nil
        }
    }
}

extension JSON {
    /// A document of at most `maximumBytes`.
    init(document bytes: [UInt8], maximumBytes: Int) throws(PathProblems) {
        guard bytes.count <= maximumBytes else { throw PathProblems("", "longer than \(maximumBytes) bytes") }
        do throws(JSONMalformation) {
            try self.init(parsing: bytes)
        } catch {
            throw PathProblems("", "no acceptable JSON: \(error)")
        }
    }
}
