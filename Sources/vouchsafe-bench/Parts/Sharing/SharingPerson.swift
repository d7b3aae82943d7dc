import Crypto
import DataSharing
import Foundation
import HTTPTypes
import JOSE
import OAuth
import WireFormats

/// Somebody who shares: their browser, logged in, and the keys of their vault, which the load has instead of a script.
struct SharingPerson: Sendable {
    let id: String
    let signing: PrivateKey
    private let encryption: P256.KeyAgreement.PrivateKey
    private let approvals: ApprovalMaker
    private(set) var cookies: [Browser.Cookie] = []

    init(_ id: String) {
        self.id = id
        signing = .generateP256()
        encryption = P256.KeyAgreement.PrivateKey()
        approvals = ApprovalMaker(key: signing)
    }

    /// A session in a browser that was never there.
    func loggedIn(at port: Int, facts: String) async throws -> SharingPerson {
        var browser = Browser(try BlockingConnection(port: port))
        let page = try await browser.open("/account").check("login page", status: 200)
        _ = try await browser.send(PageForm(in: page.body), "action=login&method=knowledge&" + facts).redirection()
        guard browser.isLoggedIn else { throw BenchFailure("no session") }
        var person = self
        person.cookies = browser.cookies
        return person
    }

    /// What a browser signs where everything that is there is shared for one time.
    ///
    /// - Parameter request: what the consent page gives its script.
    func approve(_ request: JSON, now: Date) throws -> (scope: String, approval: String) {
        guard let scope = request["scopes"]?.array?.first, let name = scope["scope"]?.string,
            let hash = scope["digest"]?["hash"]?.string.flatMap({ MessageHash($0) }),
            let index = scope["digest"]?["index"]?.integer, let subject = scope["sub"]?.string,
            let version = scope["version"]?.integer, let issuer = request["issuer"]?.string,
            let market = scope["market"]?["uri"]?.string, let client = request["client_id"]?.string,
            let requestHash = request["request_hash"]?.string.flatMap({ MessageHash($0) }),
            let thumbprint = request["encryption_jkt"]?.string, let nonce = request["nonce"]?.string
        else { throw BenchFailure("the consent page has no digest: \(request)") }
        let claims = (scope["claims"]?.array ?? []).filter { $0["have"] == true }.compactMap { $0["name"]?.string }
        let seconds = Int64(now.timeIntervalSince1970)
        let approval = try approvals.sign(
            ConsentApproval(
                signingKeyID: approvals.signingKeyID, subject: subject, audiences: [issuer, market], clientID: client,
                scope: name, version: version, claims: claims, purpose: scope["purpose"]?.string,
                requestHash: requestHash, encryptionKeyThumbprint: thumbprint,
                basis: .digest(hash: hash, index: index), until: seconds + 300, nonce: nonce,
                identifier: Base64URL.encode(secureRandomBytes(16)), issuedAt: seconds, expiresAt: seconds + 300))
        return (name, approval)
    }
}

extension SharingPerson {
    /// Makes the vault, as the page's script does.
    func makeVault(at port: Int, issuer: String) throws {
        let connection = try BlockingConnection(port: port)
        let proofs = DPoPProofMaker(key: .generateP256())
        let cookie = "Cookie: " + cookies.map { $0.name + "=" + $0.value }.joined(separator: "; ") + "\r\n"
        let page = try connection.send("GET", "/account/vault", headers: cookie).check("vault page", status: 200)
        guard let start = page.body.end(of: "data-csrf=\"") else { throw BenchFailure("no vault page") }
        let csrf = String(decoding: page.body[start...].prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        var nonce: String?
        func send(_ path: String, _ headers: String, _ body: [UInt8], token: String? = nil) throws -> HTTPAnswer {
            for _ in 1...2 {
                let proof = try proofs.proof(
                    method: .post, url: issuer + path, accessToken: token, nonce: nonce, now: Date())
                let answer = try connection.send("POST", path, headers: headers + "DPoP: \(proof)\r\n", body: body)
                let before = nonce
                nonce = answer.values(of: "dpop-nonce").first ?? nonce
                guard [400, 401].contains(answer.status), before == nil, nonce != nil else { return answer }
            }
            throw BenchFailure("the server wants one nonce after another")
        }
        let token = try send(
            "/account/vault/token",
            cookie + "X-CSRF: \(csrf)\r\nOrigin: \(issuer)\r\nSec-Fetch-Site: same-origin\r\n", []
        ).text("access_token")
        try send(
            "/sharing/vault", "Authorization: DPoP \(token)\r\nContent-Type: application/json\r\n",
            JSON.object(vault()).encoded(), token: token
        ).check("vault", status: 201)
    }

    /// With a passkey that nobody has, and a recovery code that nobody wrote down.
    private func vault() throws -> JSONObject {
        let keys = PersonKeyPair(
            encryption: try PublicEncryptionKey(jwk: JWEPrivateKey.p256(encryption).publicJWK),
            signing: signing.publicKey)
        func random(_ count: Int) -> JSON { .string(Base64URL.encode(secureRandomBytes(count))) }
        func way(_ kind: JSON, _ more: JSONObject) -> JSON {
            var way: JSONObject = [
                "id": random(16), "kind": kind, "name": "Way", "salt": random(32), "wrapped_key": random(60),
            ]
            for member in more.members { way[member.name] = member.value }
            return .object(way)
        }
        return [
            "enc": .object(keys.encryption.jwk), "sig": .object(keys.signingJWK),
            "statement": .string(
                try KeyStatement.make(
                    keys, signer: signing, previous: nil, issuedAt: Int64(Date().timeIntervalSince1970))),
            "ways": [way("recovery", ["verifier": random(32)]), way("passkey", ["credential_id": random(16)])],
            "private_keys": ["enc": random(166), "sig": random(166)],
        ]
    }
}
