import Crypto
import Foundation
import JOSE
import PersonVault
import SQLStatements
import SharingHub
import Testing
import WireFormats

@testable import Storage

@Suite("Public keys of vaults")
struct VaultKeysTests {
    let test: TestDatabase
    let mark = PersonMark(root: SymmetricKey(data: [UInt8](repeating: 3, count: 32)))

    init() async throws { test = try await TestDatabase() }

    private var store: SQLVaultStore { SQLVaultStore(database: test.database, sealer: test.sealer, mark: mark) }

    /// A vault as it is stored, with new keys.
    private func vault() throws -> Vault {
        func jwk(_ use: JSON, _ algorithm: JSON) -> JSONObject {
            let key = PrivateKey.generateP256().publicKey
            var jwk = key.jwk
            jwk["use"] = use
            jwk["alg"] = algorithm
            jwk["kid"] = .string(Base64URL.encode(key.thumbprint))
            return jwk
        }
        return try Vault(stored: [
            "generations": [
                [
                    "enc": .object(jwk("enc", "ECDH-ES+A256KW")), "sig": .object(jwk("sig", "ES256")),
                    "statement": .string(UUID().uuidString), "at": 1_790_000_000,
                ]
            ], "private": [], "ways": [],
        ])
    }

    @Test("are those of this moment, whoever has changed the vault since they were last read")
    func current() async throws {
        let (reading, elsewhere) = (store, store)
        #expect(try await reading.keys(of: "anna") == nil)
        let first = try vault()
        #expect(try await elsewhere.create(first, of: "anna", at: TestDatabase.now))
        for _ in 1...2 {
            #expect(try await reading.keys(of: "anna")?.statements == [first.current.statement])
        }
        #expect(try await reading.keys(of: "berta") == nil)
        let second = try vault()
        #expect(try await elsewhere.replace(1, with: second, of: "anna", at: TestDatabase.now))
        for _ in 1...2 {
            #expect(try await reading.keys(of: "anna")?.signing == second.current.keys.signing)
        }
    }

    @Test("are not remembered where the vault is gone, and are new where it was made anew")
    func anew() async throws {
        let reading = store
        let first = try vault()
        #expect(try await store.create(first, of: "anna", at: TestDatabase.now))
        #expect(try await reading.keys(of: "anna")?.statements == [first.current.statement])
        #expect(try await !store.remove(vaultOf: "berta"))
        #expect(try await store.remove(vaultOf: "anna"))
        #expect(try await !store.remove(vaultOf: "anna"))
        #expect(try await reading.keys(of: "anna") == nil)
        let second = try vault()
        #expect(try await store.create(second, of: "anna", at: TestDatabase.now.addingTimeInterval(1)))
        #expect(try await reading.keys(of: "anna")?.statements == [second.current.statement])
    }
}
