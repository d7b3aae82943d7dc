/// Why the database did not do what it was asked. Made for logs: it holds no parameter and no password.
package struct DatabaseFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// No connection could be had in time, or it was lost. Nothing was done.
        case unreachable
        /// The database does not know the name or the password it was given.
        case authenticationRefused
        /// There is no database of that name.
        case databaseMissing
        /// The account may not do this.
        case permissionMissing
        /// The server is a replica or takes no writes for another reason.
        case readOnly
        case diskFull
        /// Scripts stood in each other's way again and again. Nothing was done; it was tried several times.
        case serialization
        /// A row would break a constraint of the schema.
        case constraintViolation
        /// A statement ran longer than it may.
        case timeout
        /// Too much waits already. Nothing was done.
        case overloaded
        /// The connection was lost before the answer came: the script may have been done or not.
        case outcomeUnknown
        /// A value cannot be stored, such as a text with a NUL. Nothing was done.
        case invalidValue
        /// Whoever asked gave up waiting before anything was sent.
        case cancelled
        /// The database was closed, or not started.
        case closed
        /// The settings of the database are not usable.
        case misconfigured
        case other
    }

    package let kind: Kind
    /// The engine's code: a SQLSTATE, a number of SQLite, or empty.
    package let code: String
    package let message: String

    package init(_ kind: Kind, code: String = "", message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// The schema has a step that this program does not know.
    package static func newerSchema(_ number: Int64, known: Int) -> DatabaseFailure {
        DatabaseFailure(
            .misconfigured,
            message: "the database was made by a newer version of this program (its schema is \(number), this program "
                + "knows up to \(known)); upgrade the program")
    }

    package var description: String {
        code.isEmpty ? "database error: \(message)" : "database error \(code): \(message)"
    }
}
