import AuthorizationServer
import Foundation
import IdentityRegistry
import PersonAuthentication
import WebServer

/// The passkeys of the account page, by the registry.
struct PasskeysOfAccount: AccountPasskeys {
    /// Nil where there can be none.
    let registration: PasskeyRegistration?
    let administration: AuthenticatorAdministration
    let claims: ProviderClaims
    let now: @Sendable () -> Date

    var isOffered: Bool { registration != nil }

    func ways(of person: String) async throws -> [LoginMethod]? { try await administration.methods(of: person) }

    func passkeys(of person: String) async throws -> [RegisteredPasskey] {
        try await registration?.passkeys(of: person).map {
            RegisteredPasskey(id: $0.id, name: $0.name, addedAt: $0.addedAt, lastUsedAt: $0.lastUsedAt)
        } ?? []
    }

    func creationOptions(for person: String) async throws -> [UInt8] {
        guard let registration else { return Array("{}".utf8) }
        let name = try await claims.displayName(of: person) ?? ""
        return try await registration.options(
            for: person, accountName: name.isEmpty ? "account" : name, displayName: name, at: now())
    }

    func add(_ answer: [UInt8], name: String, to person: String) async throws -> Bool {
        guard let registration else { return false }
        let named = name.isEmpty ? "Passkey" : name
        switch try await registration.register(answer, for: person, named: named, at: now()) {
        case .success: return true
        case .failure: return false
        }
    }

    func remove(_ id: String, of person: String) async throws {
        _ = try await registration?.remove(id, of: person)
    }
}
