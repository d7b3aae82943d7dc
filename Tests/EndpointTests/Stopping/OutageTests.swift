import Foundation
import HTTPTypes
import OAuth
import SQLStatements
import Testing
import WireFormats

@testable import vouchsafe

/// What is answered while the database is away.
@Suite struct OutageTests {
    @Test("Programs are told to come again, in JSON, and nothing more")
    func programs() async throws {
        let issuer = try await TestIssuer.withPeople()
        let offer = try await issuer.makeOffer()
        await issuer.installation.database.close()
        let reply = await issuer.tokenRequest(code: offer.code)
        #expect(reply.status == 503)
        #expect(reply.headers[.retryAfter] == "1")
        let json = try reply.json
        #expect(json["error"] == "temporarily_unavailable")
        #expect(json["error_description"] == "Not possible for the moment; try again shortly")
        #expect(issuer.log.lines.contains { $0.contains("request put off") })
    }

    @Test("People are told on a page")
    func people() async throws {
        let issuer = try await TestIssuer(nil)
        await issuer.installation.database.close()
        let reply = await issuer.send(.get, "/auth/authorize?client_id=web&response_type=code")
        #expect(reply.status == 503)
        #expect(reply.headers[.retryAfter] == "1")
        #expect(reply.headers[.contentType]?.hasPrefix("text/html") == true)
        #expect(reply.text.contains("data-code=\"temporarily_unavailable\""))
    }
}
