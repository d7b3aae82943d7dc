import PersonAuthentication

extension RegistryLogin {
    func verify(
        _ secret: String, _ kind: SecretKind, of username: String, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard settings.offers(kind) else { return .failure(.wrong) }
        switch secrets {
        case .stored(let store, let hasher):
            return try await verify(of: username, under: circumstances) { person in
                // Nobody's identifier is empty: the same read for nobody.
                let stored = try await store.secret(kind, of: person ?? "")
                let isRight = try await hasher.verify(secret, against: stored, as: kind)
                return isRight ? outcome(of: person) : .nobody
            }
        case .source(let source):
            let owner: SecretOwner
            let strangers: AttemptLimiter.Subject
            if username.isEmpty, let person = circumstances.person {
                (owner, strangers) = (.person(person), .person(person))
            } else {
                (owner, strangers) = (.username(username), .username(username))
            }
            return try await limiter.attempt(ofUnknown: strangers, under: circumstances) {
                try await source.find(owner, secret: secret, kind: kind)
            }
        }
    }

    /// - Parameter check: compares the secret with the person's; nil for nobody.
    private func verify(
        of username: String, under circumstances: LoginCircumstances,
        _ check: (_ person: String?) async throws -> LoginOutcome
    ) async throws -> Result<String, LoginRefusal> {
        if username.isEmpty, let person = circumstances.person {
            let device = circumstances.knownDevice.flatMap { $0.person == person ? $0 : nil }
            return try await limiter.attempt(of: device.map { .ownDevice($0) } ?? .person(person), under: circumstances)
            {
                try await check(person)
            }
        }
        guard let device = circumstances.knownDevice else {
            return try await limiter.attempt(of: .username(username), under: circumstances) {
                try await check(source.find(username: username))
            }
        }
        if let refusal = try await limiter.refusal(of: .nobody, under: circumstances) { return .failure(refusal) }
        let found = try await source.find(username: username)
        let subject: AttemptLimiter.Subject = found == device.person ? .ownDevice(device) : .username(username)
        return try await limiter.attempt(of: subject, under: circumstances) { try await check(found) }
    }
}
