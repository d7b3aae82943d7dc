import Foundation
import JOSE
import OAuth
import WireFormats

/// Reads request objects, RFC 9101 §6.
struct SignedRequests: Sendable {
    let clients: ClientDirectory
    let policy: AuthorizationPolicy

    /// The request, and what is spent with it if it has a `jti`.
    func request(
        in object: String, of client: RegisteredClient, at instant: Date
    ) async throws -> (request: AuthorizationRequest, use: SingleUse?) {
        let header = (try? UnverifiedJWS(parsing: object))?.header
        guard let keys = await clients.keys(of: client, keyID: header?["kid"]?.string, at: instant) else {
            throw AuthorizationRequestRefusal.requestNotSupported
        }
        let algorithms = client.metadata.requestObjectAlgorithm.map { [$0] } ?? DPoPProof.defaultAlgorithms
        let verified: RequestObject
        do throws(RequestObjectRefusal) {
            verified = try RequestObject(
                verifying: object,
                expecting: RequestObject.Expectation(
                    clientID: client.id, issuer: policy.issuer,
                    keys: VerificationKeys { keys.verificationKeys(keyID: $0, algorithm: $1) }, now: instant,
                    algorithms: algorithms, profile: policy.profile == .fapi2 ? .fapi : .jar))
        } catch {
            throw AuthorizationRequestRefusal.requestObject(error)
        }
        return (try AuthorizationRequest(verified.parameters), verified.use(of: client.id))
    }
}
