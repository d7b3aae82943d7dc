import Crypto
import Foundation
import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// Makes ID tokens, OpenID Connect Core §2, and what else is signed and encrypted for a client.
package struct IDTokens: Sendable {
    let policy: AuthorizationPolicy
    let subjects: SubjectNames
    let keys: any TokenSigningKeys
    let claims: any PersonClaims
    let clients: ClientDirectory
    /// Nil where no data is shared.
    let sharing: (any SharingDesk)?

    package init(
        policy: AuthorizationPolicy, subjects: SubjectNames, keys: any TokenSigningKeys, claims: any PersonClaims,
        clients: ClientDirectory, sharing: (any SharingDesk)? = nil
    ) {
        self.sharing = sharing
        self.policy = policy
        self.subjects = subjects
        self.keys = keys
        self.claims = claims
        self.clients = clients
    }

    private static let lifetime: TimeInterval = 300

    /// - Parameter nonce: the request's; nil for a refreshed token (§12.2: it has none, even if the first one had).
    /// - Parameter isFirst: it is no refreshed token: then what is shared is in it.
    func idToken(
        _ grant: Grant, for client: RegisteredClient, nonce: String?, isFirst: Bool, accessToken: String,
        at instant: Date
    ) async throws -> String {
        var token = JSONObject()
        if !grant.idTokenClaims.isEmpty { token = try await claims.claims(grant.idTokenClaims, of: grant.person) }
        if isFirst { token.add(try await shared(grant, for: client, in: .idToken, at: instant)) }
        let seconds = Int64(instant.timeIntervalSince1970)
        token["iss"] = .string(policy.issuer)
        token["sub"] = .string(subjects.subject(grant.person, for: client))
        token["aud"] = .string(client.id)
        token["iat"] = .integer(seconds)
        token["exp"] = .integer(seconds + Int64(Self.lifetime))
        token["auth_time"] = .integer(Int64(grant.authenticatedAt.timeIntervalSince1970))
        token["acr"] = .string(grant.acr)
        token["amr"] = .strings(grant.references)
        token["nonce"] = nonce.map(JSON.string)
        token["sid"] = grant.session.map { .string(sessionID($0, for: client)) }
        // §3.1.3.6: the left half of the hash; every algorithm used here hashes with SHA-256.
        token["at_hash"] = .string(Base64URL.encode(Array(SHA256.hash(data: Array(accessToken.utf8)).prefix(16))))
        return try await protect(
            token, type: "JWT", for: client, algorithm: client.metadata.idTokenAlgorithm,
            encryption: client.metadata.idTokenEncryption, at: instant)
    }

    /// What a grant shares of data that others have.
    func shared(
        _ grant: Grant, for client: RegisteredClient, in place: SharedClaimsPlace, at instant: Date
    ) async throws -> JSONObject {
        guard grant.sharesData, let sharing else { return JSONObject() }
        return try await sharing.claims(of: grant, for: client, in: place, at: instant)
    }

    /// Names a session towards one client: two of them cannot find out that it is the same.
    func sessionID(_ session: TicketID, for client: RegisteredClient) -> String {
        Base64URL.encode(Array(SHA256.hash(data: session.bytes + Array(client.id.utf8)).prefix(18)))
    }

    /// Signs, and encrypts to the client if it wants that (§16.14: signed first).
    func protect(
        _ claims: JSONObject, type: String, for client: RegisteredClient, algorithm: SignatureAlgorithm,
        encryption: ClientMetadata.Encryption?, at instant: Date
    ) async throws -> String {
        guard let signer = try keys.signer(algorithm, at: instant) else {
            throw DamagedState("there is no key for \(algorithm.rawValue)")
        }
        let signed = try signer.sign(claims, type: type)
        guard let encryption else { return signed }
        return try await encrypt(Array(signed.utf8), encryption, for: client, at: instant)
    }

    private func encrypt(
        _ jwt: [UInt8], _ encryption: ClientMetadata.Encryption, for client: RegisteredClient, at instant: Date
    ) async throws -> String {
        guard let algorithm = KeyManagementAlgorithm(name: encryption.algorithm),
            let content = ContentEncryption(name: encryption.encryption),
            let recipient = await clients.keys(of: client, keyID: nil, at: instant)?.encryptionKey(algorithm: algorithm)
        else { throw UnreachableKeys() }
        return try JWE.encrypt(jwt, to: recipient, encryption: content, header: ["cty": "JWT"])
    }
}

/// The client wants encryption, but its key cannot be had.
struct UnreachableKeys: Refusal {
    var wire: WireRefusal {
        WireRefusal(.badRequest, "invalid_client", "The key to encrypt to cannot be had from the client")
    }

    var reason: String { "the client's encryption key cannot be had" }
}

extension JSONObject {
    mutating func add(_ other: JSONObject) {
        for member in other.members { self[member.name] = member.value }
    }
}
