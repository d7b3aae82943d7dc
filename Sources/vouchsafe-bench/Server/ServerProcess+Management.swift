import Foundation
import WireFormats

extension ServerProcess {
    var managementHeaders: String {
        "Authorization: Bearer \(managementKey)\r\nContent-Type: application/json\r\n"
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
