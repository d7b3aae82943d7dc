import CredentialIssuer
import IdentityRegistry
package import PersonAuthentication
package import RegistryRecords

/// People in a SQLite database that is somebody else's: read with the operator's own SELECT statements, never written.
///
/// The file is opened for each question, so that it may be replaced or come back.
package struct SQLTableSource: IdentitySource, PersonSource {
    private let path: String
    private let statements: Statements
    private let schema: RegistrySchema
    private let knowledge: [KnowledgeField]

    package struct Statements: Sendable {
        /// Gives the columns of the person whose identifier is `$1`. Columns are named as the schema's fields.
        package let person: String
        /// Gives the identifiers of the people whom the facts fit: `$1`, `$2`, … are what was typed, in the order of the
        /// knowledge check's fields, normalized as each of those says.
        package let match: String?
        /// Gives the identifiers of the people whose username is `$1`, in small letters.
        package let username: String?

        package init(person: String, match: String?, username: String?) {
            (self.person, self.match, self.username) = (person, match, username)
        }
    }

    package init(path: String, statements: Statements, schema: RegistrySchema, knowledge: [KnowledgeField]) {
        self.path = path
        self.statements = statements
        self.schema = schema
        self.knowledge = knowledge
    }

    /// Whether the statements can be used on the file as it is now: to be asked at start.
    package func check() throws(SQLSourceFault) {
        let database = try ForeignDatabase(path: path)
        try database.check(statements.person, named: "person", parameterCount: 1)
        if let match = statements.match {
            try database.check(match, named: "match", parameterCount: knowledge.count)
        }
        if let username = statements.username {
            try database.check(username, named: "username", parameterCount: 1)
        }
    }

    package func find(facts: [String: String]) async throws -> String? {
        guard let match = statements.match else { return nil }
        let typed = knowledge.compactMap { field in facts[field.name].flatMap { field.canonical($0) } }
        guard typed.count == knowledge.count else { return nil }
        return try only(match, named: "match", parameters: typed)
    }

    package func find(username: String) async throws -> String? {
        guard let statement = statements.username else { return nil }
        let typed = TextNormalization.normalize(username, [.letterCase])
        return typed.isEmpty ? nil : try only(statement, named: "username", parameters: [typed])
    }

    package func person(id: String) async throws -> PersonRecord? {
        try await person(id: id, fields: Set(schema.fields.map(\.name)))
    }

    package func person(id: String, fields: Set<String>) async throws -> PersonRecord? {
        try asking { database in
            try database.rows(of: statements.person, named: "person", parameters: [id], limit: 1) { row in
                PersonRecord(id: id, fields: try read(row, fields))
            }.first
        }
    }

    /// The identifier in the first column, if all rows have the same one.
    private func only(_ statement: String, named name: String, parameters: [String]) throws -> String? {
        let found = try asking { database in
            try database.rows(of: statement, named: name, parameters: parameters, limit: 100) { row in
                row.bytes(0) ?? []
            }
        }
        guard let first = found.first, found.allSatisfy({ $0 == first }) else { return nil }
        let id = String(decoding: first, as: UTF8.self)
        guard PersonIdentifier.check(id) else { throw SourceUnavailable("\(name) gives a malformed identifier") }
        return id
    }

    private func read(_ row: ForeignRow, _ asked: Set<String>) throws -> [String: FieldValue] {
        var fields: [String: FieldValue] = [:]
        for (position, column) in row.columns.enumerated() where asked.contains(column) {
            guard let field = schema[column], let bytes = row.bytes(position) else { continue }
            do throws(FieldFault) {
                fields[column] = try schema.value(ofText: bytes, as: field.type)
            } catch {
                throw SourceUnavailable("person gives a malformed \(column): \(error)")
            }
        }
        return fields
    }

    /// Whatever is wrong with the database, people are told that it does not answer.
    private func asking<T>(_ question: (ForeignDatabase) throws -> T) throws -> T {
        do {
            return try question(try ForeignDatabase(path: path))
        } catch let fault as SQLSourceFault {
            throw SourceUnavailable(fault.description)
        }
    }
}
