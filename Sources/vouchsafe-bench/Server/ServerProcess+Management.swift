import Foundation
import WireFormats

extension ServerProcess {
    private var managementHeaders: String {
        "Authorization: Bearer \(managementKey)\r\nContent-Type: application/json\r\n"
    }

    /// Pre-authorized codes for fresh offers of the sample's `enrolment` credential.
    func makeCodes(_ count: Int) throws -> [String] {
        let connection = try BlockingConnection(port: managementPort)
        let issuer = try BlockingConnection(port: port)
        let headers = managementHeaders
        return try (0..<count).map { index in
            let person = String(format: "nmu-%05d", index % 620 + 1)
            let order: JSON = ["credential_configuration_ids": ["enrolment"], "subject": .string(person)]
            let answer = try connection.send("POST", "/offers", headers: headers, body: order.encoded())
            let id = try answer.text("id", status: 201)
            let offer = try issuer.send("GET", "/issuance/oid4vci/credential-offer/" + id)
            let grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
            guard let code = try JSON(parsing: offer.body)["grants"]?[grant]?["pre-authorized_code"]?.string
            else { throw BenchFailure("no code in the offer") }
            return code
        }
    }

    /// Registers a client, as `vouchsafe client add` does, for grants of its own with the scope `s1`.
    ///
    /// - Parameter jwks: the client's keys if it authenticates by `private_key_jwt`; otherwise it gets a secret.
    func addClient(jwks: JSON? = nil) throws -> (id: String, secret: String?) {
        var metadata: JSONObject = ["client_name": "bench", "grant_types": ["client_credentials"], "scope": "s1"]
        if let jwks {
            metadata["token_endpoint_auth_method"] = "private_key_jwt"
            metadata["jwks"] = jwks
        }
        let answer = try BlockingConnection(port: managementPort)
            .send("POST", "/clients", headers: managementHeaders, body: JSON.object(metadata).encoded())
        return (try answer.text("client_id", status: 201), try JSON(parsing: answer.body)["client_secret"]?.string)
    }
}
