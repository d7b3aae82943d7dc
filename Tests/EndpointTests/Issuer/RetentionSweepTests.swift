import Testing
import WireFormats

@testable import vouchsafe

/// What the server deletes by itself.
@Suite struct RetentionSweepTests {
    @Test("A sweep deletes what is over and leaves a flow under way alone")
    func sweeps() async throws {
        let issuer = try await TestIssuer.withPeople()
        let claims: [String: String] = ["given_name": "A", "family_name": "B", "birth_date": "2000-01-01"]
        let pushed = try await issuer.makeOffer(claims: .object(.init(claims.map { ($0, .string($1)) })))
        let token = try await issuer.token()
        let call = try await issuer.credentialCall(token)
        #expect(try await call.send().status == 200)
        let sweep = issuer.installation.retentionSweep(nil)

        await sweep.sweep()
        try expect(try await call.send(), is: .nonce)
        #expect(try await issuer.credentialCall(token).send().status == 200)
        _ = try await issuer.credential(issuer.redeem(pushed))
        #expect(!issuer.log.lines.contains { $0.contains("deleted") })

        issuer.clock.advance(by: 3600)
        await sweep.sweep()
        #expect(issuer.log.lines.contains { $0.contains("deleted") && $0.contains("3") && $0.contains("1") })
        try expect(try await call.send(), is: .noSuchToken)
    }
}
