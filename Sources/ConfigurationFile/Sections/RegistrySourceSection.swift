import PersonAuthentication

/// `registry.source`: where the people are.
struct RegistrySourceSection {
    /// What the file names, right or wrong.
    let kind: Kind
    /// How many fields the knowledge check has; 0 without one.
    let facts: Int
    /// Whether people type a username for one of the methods.
    let asksUsername: Bool

    enum Kind {
        case builtIn, sql, http
    }

    init(_ file: MappingReader) {
        let methods = file.mapping("login")?.mapping("methods")
        facts = methods?.mapping("knowledge")?.mapping("fields")?.entries.count ?? 0
        asksUsername = (methods?.entries ?? []).contains { LoginMethod(rawValue: $0.name)?.identifies == false }
        let registry = file.mapping("registry")
        let source = registry?["source"]?.isScalar == false ? registry?.mapping("source") : nil
        kind = source?.has("sql") == true ? .sql : source?.has("http") == true ? .http : .builtIn
    }

    /// What is read is complete only if nothing is logged.
    func source(_ file: MappingReader) -> RegistrySource {
        guard let registry = file.mapping("registry"), let entry = registry["source"] else { return .builtIn }
        if entry.isScalar {
            if entry.text != "built_in" {
                registry.fault("one of built_in, {sql: …} and {http: …} is expected", "source")
            }
            return .builtIn
        }
        guard let source = registry.mapping("source") else { return .builtIn }
        source.allow(["sql", "http"])
        switch source.exactlyOne(of: ["sql", "http"]) {
        case "sql": return source.mapping("sql").flatMap(sql) ?? .builtIn
        case "http":
            let service = source.mapping("http").flatMap {
                $0.authenticatedService("the service that is asked", AddressRule.service, AddressRule.checkService)
            }
            return service.map { .http(url: $0.url, secretFile: $0.secretFile) } ?? .builtIn
        default: return .builtIn
        }
    }

    private func sql(_ reader: MappingReader) -> RegistrySource? {
        reader.allow(["file", "person", "match", "username"])
        reader.require("file", "the database file")
        let file = reader.text("file")
        reader.require("person", "the statement that finds a person by identifier, as SELECT … WHERE id = $1")
        let person = statement("person", reader, parameters: 1, "the person's identifier")
        let match = neededStatement(
            "match", reader, unless: facts == 0 ? "nothing asks this: login.methods has no knowledge check" : nil,
            "the statement that finds whom facts fit, as SELECT id … WHERE a = $1", parameters: facts,
            "one for each field of the knowledge check, in their order")
        let username = neededStatement(
            "username", reader, unless: asksUsername ? nil : "nothing asks this: no method in login.methods needs it",
            "the statement that finds people by what they type, as SELECT id … WHERE email = $1", parameters: 1,
            "the username")
        guard let file, let person else { return nil }
        return .sql(.init(file: file, person: person, match: match, username: username))
    }

    /// A statement that has to be there, or must not be for a reason.
    private func neededStatement(
        _ name: String, _ reader: MappingReader, unless reason: String?, _ what: String, parameters: Int,
        _ meaning: String
    ) -> String? {
        if let reason {
            if reader.has(name) { reader.fault(reason, name) }
            return nil
        }
        reader.require(name, what)
        return statement(name, reader, parameters: parameters, meaning)
    }

    private func statement(_ name: String, _ reader: MappingReader, parameters: Int, _ meaning: String) -> String? {
        guard let text = reader.text(name) else { return nil }
        guard text.lowercased().hasPrefix("select"), text.dropFirst(6).first?.isWhitespace == true, !text.contains(";")
        else {
            reader.fault("one statement that begins with SELECT is expected, without a semicolon", name)
            return nil
        }
        guard Self.numbers(in: text) == Set(1...parameters) else {
            let all = parameters == 1 ? "$1" : "$1 to $\(parameters)"
            reader.fault("the statement must use \(all): \(meaning)", name)
            return nil
        }
        return text
    }

    /// The numbers behind dollar signs; 0 for one that is none.
    private static func numbers(in statement: String) -> Set<Int> {
        Set(
            statement.split(separator: "$", omittingEmptySubsequences: false).dropFirst().map { part in
                Int(part.prefix { $0.isASCII && $0.isNumber }.prefix(4)) ?? 0
            })
    }
}
