import Crypto
package import Foundation
import HTTPTypes
package import OAuth
import WireFormats

/// The vault of whoever is logged in, under `/sharing/vault`. The server never sees a key unwrapped.
package struct VaultEndpoint: Sendable {
    package static let path = "/sharing/vault"

    let access: VaultAccess
    let store: any VaultStore
    let attempts: any VaultAttempts
    let deposits: any DepositsOfPerson
    let issuer: String
    let now: @Sendable () -> Date

    package init(
        access: VaultAccess, store: any VaultStore, attempts: any VaultAttempts, deposits: any DepositsOfPerson,
        issuer: String, now: @escaping @Sendable () -> Date
    ) {
        self.access = access
        self.store = store
        self.attempts = attempts
        self.deposits = deposits
        self.issuer = issuer
        self.now = now
    }

    /// `GET /sharing/vault`: public keys, and ways without what they keep secret.
    package func show(_ request: EndpointRequest) async throws -> EndpointResponse {
        let owner = try await access.authenticate(request, at: Self.path, at: now())
        return .privateJSON(shown(try await stored(owner)))
    }

    /// `POST /sharing/vault`: a vault made in the browser.
    package func create(_ request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let owner = try await access.authenticate(request, at: Self.path, at: instant)
        let message = try VaultMessage(body: request.body)
        try message.refuseOthers(than: ["enc", "sig", "statement", "private_keys", "ways"])
        let (generation, privateKeys) = try NewKeys.read(message, following: nil, at: instant)
        var ways: [VaultWay] = []
        for way in try message.messages("ways", atMost: Vault.maximumWays) {
            ways.append(try VaultWay(way, addedAt: instant))
        }
        let vault = try Vault(generation, privateKeys: privateKeys, ways: ways)
        guard try await store.create(vault, of: owner.person, at: instant) else { throw VaultRefusal.exists }
        return .privateJSON(shown(try await stored(owner)), status: .created)
    }

    /// `POST /sharing/vault/unlock` `{"way", "verifier"}`: the vault key and the private keys, wrapped as they are.
    package func unlock(_ request: EndpointRequest) async throws -> EndpointResponse {
        let instant = now()
        let owner = try await access.authenticate(request, at: Self.path + "/unlock", at: instant)
        let message = try VaultMessage(body: request.body)
        try message.refuseOthers(than: ["way", "verifier"])
        guard let id = VaultWayID(bytes: try message.bytes("way", 16...16)) else { throw VaultRefusal.unknownWay }
        let stored = try await stored(owner)
        guard let way = stored.vault.ways.first(where: { $0.id == id }) else { throw VaultRefusal.unknownWay }
        if let check = way.kind.check {
            try await verify(try message.bytes("verifier", 32...32), against: check, of: owner, at: instant)
        }
        try await store.noteUse(of: id, of: owner.person, at: instant)
        return .privateJSON([
            "wrapped_key": .string(Base64URL.encode(way.wrappedKey)),
            "private_keys": .object(
                JSONObject(
                    stored.vault.privateKeys.map { ($0.keyID, .string(Base64URL.encode($0.wrapped))) })),
        ])
    }

    /// However many answers come at once, no more are compared than the limit is.
    private func verify(
        _ verifier: [UInt8], against check: [UInt8], of owner: VaultOwner, at instant: Date
    ) async throws {
        let attempt: VaultAttempt
        switch try await attempts.take(for: owner.person, at: instant) {
        case .failure(let exhausted): throw VaultRefusal.tooManyAttempts(retryAfter: exhausted.retryAfter)
        case .success(let taken): attempt = taken
        }
        guard constantTimeEqual(Array(SHA256.hash(data: verifier)), check) else { throw VaultRefusal.wrong }
        try await attempts.forget(attempt)
    }

    /// `POST /sharing/vault/ways` `{"change"}`.
    package func addWay(_ request: EndpointRequest) async throws -> EndpointResponse {
        try await change(request, at: Self.path + "/ways") { change, vault throws(VaultRefusal) in
            guard case .addWay(let way) = change else { throw .malformed("action", "it is not add_way") }
            try vault.add(way)
        }
    }

    /// `DELETE /sharing/vault/ways/{id}` `{"change"}`.
    package func removeWay(_ request: EndpointRequest, _ id: Substring) async throws -> EndpointResponse {
        try await change(request, at: Self.path + "/ways/" + id) { change, vault throws(VaultRefusal) in
            guard case .removeWay(let named) = change else { throw .malformed("action", "it is not remove_way") }
            guard named == VaultWayID(text: id) else { throw .malformed("way", "it is not that of the address") }
            try vault.remove(named)
        }
    }

    /// `POST /sharing/vault/keys` `{"change"}`: a new pair of keys.
    package func rotate(_ request: EndpointRequest) async throws -> EndpointResponse {
        try await change(request, at: Self.path + "/keys") { change, vault throws(VaultRefusal) in
            guard case .rotate(let generation, let privateKeys) = change else {
                throw .malformed("action", "it is not rotate")
            }
            try vault.rotate(to: generation, privateKeys: privateKeys)
        }
    }

    private func change(
        _ request: EndpointRequest, at path: String,
        _ apply: (VaultChange, inout Vault) throws(VaultRefusal) -> Void
    ) async throws -> EndpointResponse {
        let instant = now()
        let owner = try await access.authenticate(request, at: path, at: instant)
        let message = try VaultMessage(body: request.body)
        try message.refuseOthers(than: ["change"])
        let compact = try message.text("change", 1...VaultChange.maximumBytes)
        let stored = try await stored(owner)
        let change = try VaultChange.read(compact, about: stored, issuer: issuer, at: instant)
        var vault = stored.vault
        try apply(change, &vault)
        guard try await store.replace(stored.version, with: vault, of: owner.person, at: instant) else {
            throw VaultRefusal.stale
        }
        return .privateJSON(shown(try await self.stored(owner)))
    }

    private func stored(_ owner: VaultOwner) async throws -> StoredVault {
        guard let stored = try await store.vault(of: owner.person) else { throw VaultRefusal.noVault }
        return stored
    }

    private func shown(_ stored: StoredVault) -> JSON {
        let current = stored.vault.current
        return [
            "version": .integer(stored.version), "enc": .object(current.keys.encryption),
            "sig": .object(current.keys.signing),
            "statements": .array(stored.vault.generations.map { .string($0.statement) }),
            "ways": .array(stored.vault.ways.map { $0.shown(lastUsedAt: stored.uses[$0.id]) }),
        ]
    }
}

// MARK: Deposits

extension VaultEndpoint {
    /// `GET /sharing/vault/deposits`.
    package func listDeposits(_ request: EndpointRequest) async throws -> EndpointResponse {
        let owner = try await access.authenticate(request, at: Self.path + "/deposits", at: now())
        let listed = try await deposits.deposits(of: owner.person).map { deposit -> JSON in
            [
                "id": .string(deposit.id), "scope": .string(deposit.scope), "version": .integer(deposit.version),
                "deposited_at": .integer(deposit.depositedAt.wholeSeconds), "key_id": .string(deposit.keyID),
            ]
        }
        return .privateJSON(["deposits": .array(listed)])
    }

    /// `GET /sharing/vault/deposits/{id}`.
    package func showDeposit(_ request: EndpointRequest, _ id: Substring) async throws -> EndpointResponse {
        let owner = try await access.authenticate(request, at: Self.path + "/deposits/" + id, at: now())
        guard let deposit = try await deposits.deposit(String(id), of: owner.person) else {
            throw VaultRefusal.unknownDeposit
        }
        return .privateJSON([
            "scope": .string(deposit.scope), "version": .integer(deposit.version), "jwe": .string(deposit.jwe),
            "jwe_hash": .string(Base64URL.encode(SHA256.hash(data: Array(deposit.jwe.utf8)))),
            "shape_signature": .string(deposit.shapeSignature), "definition": deposit.definition,
            "market": deposit.market,
        ])
    }

    /// `DELETE /sharing/vault/deposits/{id}`.
    package func eraseDeposit(_ request: EndpointRequest, _ id: Substring) async throws -> EndpointResponse {
        let instant = now()
        let owner = try await access.authenticate(request, at: Self.path + "/deposits/" + id, at: instant)
        guard try await deposits.erase(String(id), of: owner.person, at: instant) else {
            throw VaultRefusal.unknownDeposit
        }
        return EndpointResponse(status: .noContent, headers: [.cacheControl: "no-store"])
    }
}
