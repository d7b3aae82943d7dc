/// A part of the service that a process can be, alone or with others.
package enum ServerRole: String, Sendable, CaseIterable {
    case authorizationServer = "authorization-server"
    case issuer
    case portal

    /// The roles of a list with commas, as `issuer,portal`; `all` is all of them.
    package static func roles(_ list: String) throws(UnknownServerRole) -> Set<ServerRole> {
        var roles: Set<ServerRole> = []
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let name = part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            if String(name) == "all" {
                roles.formUnion(allCases)
            } else if let role = ServerRole(rawValue: String(name)) {
                roles.insert(role)
            } else {
                throw UnknownServerRole(name: String(name))
            }
        }
        return roles
    }
}

/// Something in a list of roles that is no role.
package struct UnknownServerRole: Error, Sendable, Equatable, CustomStringConvertible {
    package let name: String

    package var description: String {
        let names = ["all"] + ServerRole.allCases.map(\.rawValue)
        return "there is no role \"\(name)\"" + suggestion(for: name, amongst: names)
            + "; roles are \(names.dropFirst().joined(separator: ", ")), or all"
    }
}
