import HTTPTypes
import JOSE
import Testing
import Verifier
import WireFormats

/// Rotating the issuer's keys.
@Suite struct KeyManagementTests {
    @Test("After a rotation old credentials still verify, and new ones have the new key once it is active")
    func rotates() async throws {
        let issuer = try await TestIssuer.withPeople()
        let old = try await issuer.credential(issuer.token())
        let oldKey = try await keyID(of: old, at: issuer)
        issuer.clock.advance(by: 60)

        let reply = await issuer.manage(.post, "/keys/rotate")
        #expect(reply.status == 200)
        let keys = try #require(try reply.json.array).filter { $0["purpose"] == "credential-signing" }
        #expect(keys.map { $0["generation"] } == [1, 2])
        #expect(keys.map { $0["signing"] } == [true, false])
        #expect(keys[1]["active_from"] == "2026-11-20T00:01:10Z")
        #expect(try await issuer.send(.get, "/issuance/jwks.json").json["keys"]?.array?.count == 2)

        // Published, and not used yet: verifiers and other processes have time to hear of it.
        let during = try await issuer.credential(issuer.token())
        #expect(try await keyID(of: during, at: issuer) == oldKey)

        issuer.clock.advance(by: 10)
        let new = try await issuer.credential(issuer.token())
        #expect(try await keyID(of: new, at: issuer) == keys[1]["id"]?.string)
        for credential in [old, during, new] { #expect(try await issuer.verify(credential).isValid) }
        let listed = try #require(try await issuer.manage(.get, "/keys").json.array)
        #expect(listed.prefix(2).map { $0["signing"] } == [false, true])
    }

    @Test("The list of keys has nothing private")
    func listsKeys() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.manage(.get, "/keys")
        let keys = try #require(try reply.json.array?.compactMap(\.object))
        let names = ["id", "purpose", "generation", "algorithm", "signing", "active_from"]
        #expect(keys.map(\.names) == [names + ["certificate_expires"], names, names])
        #expect(keys.map { $0["algorithm"] } == ["ES256", "ES256", "RS256"])
    }

    private func keyID(of credential: [UInt8], at issuer: TestIssuer) async throws -> String? {
        try await issuer.verify(credential).keyUsed?.keyID
    }
}
