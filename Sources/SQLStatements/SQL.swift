/// A value bound to a statement's parameter, or read from a column.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    package init(_ value: Int64?) { self = value.map(Self.integer) ?? .null }
    package init(_ value: String?) { self = value.map(Self.text) ?? .null }
    package init(_ value: [UInt8]?) { self = value.map(Self.bytes) ?? .null }
}

/// The text of one statement, with parameters `$1`, `$2`, … as SQLite and PostgreSQL both read them.
package struct SQL: Sendable, Hashable, ExpressibleByStringLiteral {
    package let text: StaticString

    package init(stringLiteral value: StaticString) { text = value }

    /// Statements are literals of the program: the address of a literal tells it from every other.
    package static func == (left: SQL, right: SQL) -> Bool { left.text.utf8Start == right.text.utf8Start }

    package func hash(into hasher: inout Hasher) { hasher.combine(text.utf8Start) }
}
