import PersonAuthentication

extension RegistryLogin {
    func verify(
        facts: [String: String], under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard !settings.knowledge.isEmpty else { return .failure(.wrong) }
        let strangers = AttemptLimiter.Subject.facts(settings.knowledge, facts)
        return try await limiter.attempt(ofUnknown: strangers, under: circumstances) {
            try await source.find(facts: facts)
        }
    }

    func outcome(of found: String?) -> LoginOutcome { found.map { .person($0) } ?? .nobody }
}
