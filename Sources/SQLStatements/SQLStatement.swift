/// What must hold once a statement has run, or its whole script is refused and leaves nothing behind.
package enum SQLExpectation: Sendable, Hashable {
    case any
    /// Exactly one row is changed, or returned.
    case oneRow
    /// As ``oneRow``, of a query; and the row stays as it is until the script is done. That is so in SQLite anyhow, which
    /// has one writer; PostgreSQL is asked for it (`FOR SHARE`).
    case oneLockedRow
    /// No row is changed, or returned.
    case noRow
}

/// One statement with its parameters.
///
/// A statement that expects something and changes rows is run inside a `WITH`, which has two limits: it begins with
/// `INSERT`, `UPDATE`, `DELETE` or `SELECT`, not with a `WITH` of its own that changes rows; and it names no column
/// twice in `RETURNING`.
package struct SQLStatement: Sendable {
    package let sql: SQL
    package let parameters: [SQLValue]
    package let expectation: SQLExpectation

    package init(_ sql: SQL, _ parameters: SQLValue..., expecting expectation: SQLExpectation = .any) {
        self.init(sql, parameters: parameters, expecting: expectation)
    }

    package init(_ sql: SQL, parameters: [SQLValue], expecting expectation: SQLExpectation = .any) {
        self.sql = sql
        self.parameters = parameters
        self.expectation = expectation
    }
}

/// Statements that are run in order, all or none, each seeing what those before it did.
///
/// Scripts are written for READ COMMITTED: whatever may happen once only is one statement that changes one row.
package struct SQLScript: Sendable {
    package enum Isolation: Sendable {
        case readCommitted
        /// As if scripts of this isolation ran one after the other; those that cannot are run again.
        case serializable
    }

    package var statements: [SQLStatement]
    /// No statement changes anything. Such a script may be run twice, and together with others.
    package var isReadOnly: Bool
    /// Running the script twice does what running it once does, so it is run again when a connection is lost before
    /// the answer came.
    package var isIdempotent: Bool
    package var isolation: Isolation

    package init(
        _ statements: [SQLStatement], isReadOnly: Bool = false, isIdempotent: Bool = false,
        isolation: Isolation = .readCommitted
    ) {
        self.statements = statements
        self.isReadOnly = isReadOnly
        self.isIdempotent = isIdempotent
        self.isolation = isolation
    }

    /// A script that changes nothing.
    package static func reading(_ statements: SQLStatement...) -> SQLScript { SQLScript(statements, isReadOnly: true) }

    /// A script that changes something.
    package static func writing(_ statements: SQLStatement...) -> SQLScript { SQLScript(statements) }
}
