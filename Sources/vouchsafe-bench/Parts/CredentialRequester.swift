import Foundation
import JOSE
import OpenID4VCI

/// Gets the credential `enrolment` with an access token.
struct CredentialRequester {
    static let path = "/issuance/oid4vci/credential-request"

    let connections: ConnectionRing
    let issuer: String

    /// - Parameter headers: those that authorize the request.
    func obtain(headers: @autoclosure () throws -> String, _ log: inout RequestLog) async throws {
        let nonce = try await log.time(.nonce) { try await connections.next.send("POST", "/issuance/oid4vci/nonce") }
            .text(
                "c_nonce")
        let proof = try KeyProofMaker.makeProof(
            key: .generateP256(), reference: .jwk, audience: issuer, nonce: nonce, issuedAt: Date())
        let body = #"{"credential_configuration_id":"enrolment","proofs":{"jwt":["\#(proof)"]}}"#
        let headers = try headers() + "Content-Type: application/json\r\n"
        let answer = try await log.time(.credential) {
            try await connections.next.send("POST", Self.path, headers: headers, body: Array(body.utf8))
        }
        guard try answer.check("credential", status: 200).body.count > 1000 else {
            throw BenchFailure("credential too short")
        }
    }
}
