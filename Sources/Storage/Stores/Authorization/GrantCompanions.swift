import AuthorizationServer
package import SQLStatements

/// What else is written in the step that makes a grant or ends a consent.
package struct SQLGrantCompanion: GrantCompanion {
    package let statements: [SQLStatement]

    package init(_ statements: [SQLStatement]) { self.statements = statements }
}

extension GrantCompanion {
    /// Companions of another store cannot be written here; there is one store.
    var statements: [SQLStatement] { (self as? SQLGrantCompanion)?.statements ?? [] }
}
