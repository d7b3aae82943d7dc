import CredentialIssuer
import IdentityRegistry
import RegistryRecords

/// The records of credentials from a service that knows people.
struct ServiceRecords: PersonSource {
    let source: HTTPIdentitySource

    func person(id: String) async throws -> PersonRecord? { try await source.person(id: id) }
}
