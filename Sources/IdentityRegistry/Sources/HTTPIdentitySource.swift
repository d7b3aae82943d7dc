package import PersonAuthentication
package import RegistryRecords
import WireFormats

/// Somebody else's service that knows people and checks who they are.
///
/// It is asked by `POST` with JSON and a bearer secret. `/verify` takes `{"facts": {…}}`, `{"username": …}` alone to
/// find somebody, or with `"password"` or `"pin"` beside it, and instead of `"username"` the `"person"` whom it named
/// before. It answers `{"person": …}` with what it calls the one person whom all of it fits: 1 to 128 visible ASCII
/// characters, the same for a person every time; null for nobody.
/// `/claims` takes `{"person": …, "claims": […]}` and answers `{"claims": {…}}`, with status 404 where the person is
/// unknown. Every other status, and every other answer, counts as none.
package struct HTTPIdentitySource: SecretCheckingSource {
    /// A request to the service.
    package struct Request: Sendable, Equatable {
        /// Absolute.
        package let url: String
        /// The value of `Authorization`.
        package let authorization: String
        /// JSON.
        package let body: [UInt8]
    }

    package struct Answer: Sendable {
        package let status: Int
        package let body: [UInt8]

        package init(status: Int, body: [UInt8]) {
            (self.status, self.body) = (status, body)
        }
    }

    /// Sends a request within the caller's time limit; throws if there is no answer.
    package typealias Send = @Sendable (Request) async throws -> Answer

    private let url: String
    private let secret: String
    private let schema: RegistrySchema
    private let knowledge: [KnowledgeField]
    private let send: Send

    /// - Parameters:
    ///   - url: below which the service answers, without a slash at the end.
    ///   - secret: that the service knows this server by.
    ///   - knowledge: the facts that are asked for: dates are sent as `YYYY-MM-DD`, the others as they were typed.
    package init(
        url: String, secret: String, schema: RegistrySchema, knowledge: [KnowledgeField], send: @escaping Send
    ) {
        self.url = url
        self.secret = secret
        self.schema = schema
        self.knowledge = knowledge
        self.send = send
    }

    package func find(facts: [String: String]) async throws -> String? {
        var sent = JSONObject()
        for field in knowledge {
            guard let typed = facts[field.name] else { return nil }
            let fact = field.input == .date ? field.canonical(typed) : TextNormalization.normalize(typed, [])
            guard let fact, !fact.isEmpty else { return nil }
            sent[field.name] = .string(fact)
        }
        return try await verify(["facts": .object(sent)])
    }

    package func find(username: String) async throws -> String? {
        try await verify(["username": .string(username)])
    }

    package func find(_ owner: SecretOwner, secret: String, kind: SecretKind) async throws -> String? {
        switch owner {
        case .username(let username):
            try await verify(["username": .string(username), kind.rawValue: .string(secret)])
        case .person(let id): try await verify(["person": .string(id), kind.rawValue: .string(secret)])
        }
    }

    package func person(id: String) async throws -> PersonRecord? {
        try await person(id: id, fields: Set(schema.fields.map(\.name)))
    }

    package func person(id: String, fields: Set<String>) async throws -> PersonRecord? {
        let asked = schema.fields.filter { fields.contains($0.name) }
        let names = JSON.array(asked.map { .string($0.name) })
        guard let answer = try await post("/claims", ["person": .string(id), "claims": names]) else { return nil }
        guard let claims = answer["claims"]?.object else {
            throw SourceUnavailable("/claims answered without claims")
        }
        return PersonRecord(id: id, fields: try read(claims, asked))
    }

    private func verify(_ question: JSONObject) async throws -> String? {
        switch try await post("/verify", question)?["person"] {
        case .string(let person)? where PersonIdentifier.check(person): return person
        case .null?: return nil
        default: throw SourceUnavailable("/verify answered without a person")
        }
    }

    /// The object of an answer with status 200; nil for 404.
    private func post(_ path: String, _ message: JSONObject) async throws -> JSONObject? {
        let request = Request(
            url: url + path, authorization: "Bearer " + secret, body: JSON.object(message).encoded())
        let answer: Answer
        do { answer = try await send(request) } catch { throw SourceUnavailable("\(path) did not answer: \(error)") }
        switch answer.status {
        case 200: break
        case 404 where path == "/claims": return nil
        default: throw SourceUnavailable("\(path) answered with status \(answer.status)")
        }
        guard let object = (try? JSON(parsing: answer.body, limits: JSONLimits(depth: 4, values: 4096)))?.object else {
            throw SourceUnavailable("\(path) did not answer with a JSON object")
        }
        return object
    }

    /// The claims as fields of the schema: absent and empty ones left out, others nothing but what the type allows.
    private func read(_ claims: JSONObject, _ asked: [RegistrySchema.Field]) throws -> [String: FieldValue] {
        let reader = schema.readerWithoutFiles
        var fields: [String: FieldValue] = [:]
        for field in asked {
            do throws(FieldFault) {
                fields[field.name] = try reader.value(of: claims[field.name], as: field.type)
            } catch {
                throw SourceUnavailable("/claims answered with a malformed \(field.name): \(error)")
            }
        }
        return fields
    }
}
