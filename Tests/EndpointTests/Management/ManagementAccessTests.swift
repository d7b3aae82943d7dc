import HTTPTypes
import KeyStore
import Testing
import WireFormats

@testable import vouchsafe

/// No route of the management API is answered without its key.
@Suite struct ManagementAccessTests {
    static let routes: [(HTTPRequest.Method, String)] = [
        (.post, "/offers"), (.get, "/offers"), (.get, "/offers/AAAAAAAAAAAAAAAAAAAAAAAA"),
        (.delete, "/offers/AAAAAAAAAAAAAAAAAAAAAAAA"), (.get, "/registry/schema"), (.get, "/registry/people"),
        (.post, "/registry/people"), (.get, "/registry/people/p-1"), (.get, "/keys"), (.post, "/keys/rotate"),
        (.get, "/metrics"), (.get, "/health"), (.get, "/openapi.json"), (.head, "/offers"),
        (.get, "/timelines/AAAAAAAAAAAAAAAAAAAAAAAA"),
    ]

    /// Those that are there only where data is shared.
    static let sharingRoutes: [(HTTPRequest.Method, String)] = [
        (.get, "/organizations"), (.post, "/organizations"),
        (.get, "/organizations/p-1"), (.put, "/organizations/p-1"), (.delete, "/organizations/p-1"),
        (.post, "/organizations/p-1/approve"), (.post, "/organizations/p-1/suspend"),
        (.put, "/organizations/p-1/partners"), (.put, "/organizations/p-1/keys"),
        (.post, "/organizations/p-1/subjects"), (.get, "/scopes"), (.post, "/scopes"),
    ]

    @Test("Without a key, or with a wrong one, nothing is answered and nothing happens", arguments: routes)
    func refuses(_ method: HTTPRequest.Method, _ target: String) async throws {
        let issuer = try await TestIssuer.withPeople()
        let missing = ExpectedRefusal(401, "invalid_token", "The management key is needed", challenge: .bare)
        let wrong = ExpectedRefusal(401, "invalid_token", "The management key is wrong", challenge: .withError)
        let keys = issuer.installation.keys.ring.signingKeys.count
        for (values, refusal) in [
            ([], missing), (["Bearer " + issuer.managementKey, "Bearer x"], missing), (["Bearer wrong"], wrong),
            (["Bearer "], wrong), (["Bearer " + issuer.managementKey + "x"], wrong), ([issuer.managementKey], wrong),
            (["Basic " + issuer.managementKey], wrong),
        ] {
            var headers: HTTPFields = [.contentType: "application/json"]
            headers[values: .authorization] = values
            let reply = await issuer.send(method, target, headers: headers, to: .management)
            #expect(reply.status == 401)
            guard method != .head else { continue }
            try expect(reply, is: refusal)
        }
        #expect(issuer.installation.keys.ring.signingKeys.count == keys)
    }

    @Test("The key is not looked for in the query")
    func ignoresQuery() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.send(.get, "/keys?access_token=" + issuer.managementKey, to: .management)
        #expect(reply.status == 401)
    }

    @Test("The wallets' routes are not at the management address, nor its routes at theirs")
    func separatesAddresses() async throws {
        let issuer = try await TestIssuer()
        let headers: HTTPFields = [.authorization: "Bearer " + issuer.managementKey]
        #expect(await issuer.send(.get, "/keys", headers: headers).status == 404)
        #expect(await issuer.manage(.post, "/auth/token-endpoint").status == 404)
    }

    @Test("Every route is in the OpenAPI document")
    func documentsRoutes() async throws {
        let issuer = try await TestIssuer()
        let reply = await issuer.manage(.get, "/openapi.json")
        #expect(reply.status == 200)
        #expect(reply.headers[.contentType] == "application/json")
        let paths = try #require(try reply.json["paths"]?.object)
        for (method, target) in Self.routes + Self.sharingRoutes where method != .head && target != "/openapi.json" {
            let template = target.replacing("AAAAAAAAAAAAAAAAAAAAAAAA", with: "{id}").replacing("p-1", with: "{id}")
            #expect(paths[template]?[method.rawValue.lowercased()] != nil, "\(method) \(template)")
        }
    }
}
