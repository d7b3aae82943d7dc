import PersonAuthentication

extension RegistryLogin {
    func verify(
        facts: [String: String], under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard !settings.knowledge.isEmpty else { return .failure(.wrong) }
        // Brought to one form once: it stays what it is when that is done again where it is compared.
        let facts = Dictionary(
            uniqueKeysWithValues: settings.knowledge.map { field in
                (field.name, facts[field.name].flatMap { field.canonical($0) } ?? "")
            })
        let strangers = AttemptLimiter.Subject.facts(settings.knowledge, facts)
        return try await limiter.attempt(ofUnknown: strangers, under: circumstances) {
            try await source.find(facts: facts)
        }
    }

    func outcome(of found: String?) -> LoginOutcome { found.map { .person($0) } ?? .nobody }
}
