/// Where the registry's people are.
package enum RegistrySource: Sendable, Equatable {
    /// In this server's own database, from what was imported.
    case builtIn
    /// In a database file of SQLite.
    case sql(SQL)
    /// With a service below an address without a slash at the end, authenticated with the secret in a file.
    case http(url: String, secretFile: String)

    package struct SQL: Sendable, Equatable {
        package let file: String
        /// One row with the person's fields as columns; `$1` is the registry's identifier.
        package let person: String
        /// The identifiers of the people whom facts fit; `$1` and so on are what was typed into the fields of the
        /// knowledge check, in their order. Nil only if there is no knowledge check.
        package let match: String?
        /// The identifiers of the people whose username is `$1`. Nil only if no method asks for a username.
        package let username: String?
    }
}
