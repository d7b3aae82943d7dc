package import PersonAuthentication
import RegistryRecords

/// Why a person's way to log in is not changed.
package enum AuthenticatorRefusal: Error, Sendable, Equatable {
    case unknownPerson
    case rule(SecretRuleFault)
    /// Too much is being hashed; try again.
    case busy
}

extension AuthenticatorRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownPerson: "nobody with this identifier is in the registry"
        case .rule(let fault): fault.description
        case .busy: "too many passwords and PINs are being set; try again in a moment"
        }
    }
}

/// What operators do about how people log in.
package struct AuthenticatorAdministration: Sendable {
    private let settings: LoginSettings
    private let people: any PersonStore
    private let index: PersonIndex
    private let secrets: any SecretStore
    private let hasher: SecretHasher
    private let passkeys: any PasskeyStore

    package init(
        settings: LoginSettings, people: any PersonStore, index: PersonIndex, secrets: any SecretStore,
        hasher: SecretHasher, passkeys: any PasskeyStore
    ) {
        self.settings = settings
        self.people = people
        self.index = index
        self.secrets = secrets
        self.hasher = hasher
        self.passkeys = passkeys
    }

    /// Sets a person's password or PIN, and ends their sessions.
    ///
    /// - Returns: the identifiers of those sessions: what was allowed in them is for the authorization server to end.
    package func set(
        _ secret: String, as kind: SecretKind, of person: String
    ) async throws -> Result<[[UInt8]], AuthenticatorRefusal> {
        guard try await people.person(id: person) != nil else { return .failure(.unknownPerson) }
        do throws(SecretRuleFault) { try kind.check(secret) } catch { return .failure(.rule(error)) }
        do {
            let hash = try await hasher.hash(secret, as: kind)
            return .success(
                try await secrets.set([StoredSecret(person: person, kind: kind, hash: hash, endsSessions: true)]))
        } catch is HashingBusy {
            return .failure(.busy)
        }
    }

    /// - Returns: whether the person had one.
    package func remove(_ kind: SecretKind, of person: String) async throws -> Bool {
        try await secrets.remove(kind, of: person)
    }

    /// The ways that are offered and that the person can log in by; nil for an unknown person.
    package func methods(of person: String) async throws -> [LoginMethod]? {
        guard let record = try await people.person(id: person) else { return nil }
        var methods: [LoginMethod] = []
        for method in LoginMethod.allCases where try await canUse(method, record) { methods.append(method) }
        return methods
    }

    private func canUse(_ method: LoginMethod, _ record: PersonRecord) async throws -> Bool {
        switch method {
        case .knowledge:
            !settings.knowledge.isEmpty && index.entries(for: record).contains { $0.kind == .knowledge }
        case .password: try await has(.password, record.id)
        case .pin: try await has(.pin, record.id)
        case .emailCode, .smsCode: hasAddress(record, for: method)
        case .passkey: settings.offersPasskeys ? try await !passkeys.passkeys(of: record.id).isEmpty : false
        }
    }

    private func has(_ kind: SecretKind, _ person: String) async throws -> Bool {
        settings.offers(kind) ? try await secrets.secret(kind, of: person) != nil : false
    }

    private func hasAddress(_ record: PersonRecord, for method: LoginMethod) -> Bool {
        guard let field = settings.codes[method]?.addressField, case .text(let address)? = record.fields[field] else {
            return false
        }
        return !address.isEmpty
    }

    /// Stores what an import's files said about passwords and PINs: hashes as they are, others hashed.
    ///
    /// - Returns: of how many people.
    package func store(_ imported: [ImportedSecrets]) async throws -> Int {
        for portion in stride(from: 0, to: imported.count, by: Self.portion) {
            var hashed: [StoredSecret] = []
            for secrets in imported[portion..<min(portion + Self.portion, imported.count)] {
                for (kind, secret) in secrets.secrets {
                    hashed.append(StoredSecret(person: secrets.person, kind: kind, hash: try await hash(secret, kind)))
                }
            }
            try await secrets.set(hashed)
        }
        return imported.count
    }

    /// People whose secrets are written at once: hashing takes so long that more would not be faster.
    private static let portion = 50

    private func hash(_ secret: ImportedSecrets.Secret, _ kind: SecretKind) async throws -> ScryptHash {
        switch secret {
        case .hash(let hash): hash
        case .plain(let text): try await hasher.hash(text, as: kind)
        }
    }
}
