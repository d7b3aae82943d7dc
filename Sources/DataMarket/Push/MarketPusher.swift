package import DataSharing
import Foundation
import HTTPTypes
package import HubClient
package import JOSE
import OAuth
import WalletClient
import WireFormats

/// Why nothing, or no more, was pushed.
package enum PushFailure: Error, Equatable, CustomStringConvertible {
    /// What is wrong with rows, each with the number of its line. Nothing was pushed.
    case rows([String])
    case directory(DirectoryRefusal)
    case hub(HubFailure)
    /// The hub refuses a batch: which rows, and what it says of them.
    case refused([String])
    /// The definition says that somebody else keeps the data.
    case heldByOther(ScopeDefinition.Holder)
    case signing

    package var description: String {
        switch self {
        case .rows(let problems), .refused(let problems): problems.joined(separator: "\n")
        case .directory(let refusal): refusal.description
        case .hub(let failure): failure.description
        case .heldByOther(.person): "the person keeps this scope: use market push"
        case .heldByOther(.market): "the market keeps this scope: use market digest"
        case .signing: "the key does not sign"
        }
    }
}

/// Keeps what a market has made until the hub has it, and from then on what it gives when a person agrees.
package protocol PreparedPushStore: Sendable {
    /// A batch that was made and perhaps sent: kept before it is sent, so that it can be sent again as it was.
    func prepare(_ batch: PreparedBatch) async throws
    /// Batches that the hub has not confirmed, oldest first.
    func unconfirmed() async throws -> [PreparedBatch]
    /// The hub has the batch: its digests are the newest from now on.
    func confirm(_ batch: PreparedBatch) async throws
    /// The hub will not take the batch.
    func discard(_ batch: PreparedBatch) async throws
}

/// Up to 100 digests or deposits that are pushed together, under one idempotency key.
package struct PreparedBatch: Sendable, Equatable {
    package let idempotencyKey: String
    /// `/sharing/digests` or `/sharing/deposits`.
    package let path: String
    /// The JSON as it is sent.
    package let body: [UInt8]
    /// What the market keeps of digests; empty for deposits.
    package let digests: [KeptDigest]

    package init(idempotencyKey: String, path: String, body: [UInt8], digests: [KeptDigest]) {
        self.idempotencyKey = idempotencyKey
        self.path = path
        self.body = body
        self.digests = digests
    }
}

/// Validates a market's rows, makes SD-JWTs of them, and pushes digests, or values that only the person can read.
package struct MarketPusher: Sendable {
    /// Entries in a push, at most.
    package static let batchSize = 100

    private let directory: HubDirectory
    private let values: ScopeValuesMaker
    private let shapes: ShapeSigner
    private let store: any PreparedPushStore

    package init(
        directory: HubDirectory, signer: any JWSSigner, keyID: String, marketURI: String,
        store: any PreparedPushStore
    ) {
        self.directory = directory
        values = ScopeValuesMaker(signer: signer, keyID: keyID, marketURI: marketURI)
        shapes = ShapeSigner(signer: signer, keyID: keyID, marketURI: marketURI)
        self.store = store
    }

    private var now: Int64 { Int64(directory.hub.now().timeIntervalSince1970) }

    /// Sends what an earlier run has left, as it was: the hub knows it by its idempotency key.
    ///
    /// - Returns: how many entries.
    package func resume() async throws -> Int {
        let left = try await store.unconfirmed()
        guard !left.isEmpty else { return 0 }
        let token = try await token()
        var count = 0
        for batch in left { count += try await send(batch, token).count }
        return count
    }

    /// Case 2: the market keeps the values.
    package func pushDigests(
        _ rows: [MarketRow], of definition: ScopeDefinition, expiresAt: Int64?
    ) async throws -> [PushedEntry] {
        guard definition.heldBy == .market else { throw PushFailure.heldByOther(definition.heldBy) }
        let shaped = try Self.shapes(of: rows, by: definition)
        let token = try await token()
        var pushed: [PushedEntry] = []
        for batch in shaped.batches(of: Self.batchSize) {
            var entries: [JSON] = []
            var kept: [KeptDigest] = []
            for (row, shape) in batch {
                let made = try values.make(
                    .init(
                        scope: definition.scope.text, version: Int64(definition.version), values: row.values,
                        issuedAt: now, expiresAt: expiresAt))
                var entry: JSONObject = [
                    "subject": .string(row.subject), "scope": .string(definition.scope.text),
                    "version": .integer(Int64(definition.version)), "sd_jwt": .string(made.digestOnly),
                    "shape": shape.json,
                ]
                if let expiresAt { entry["expires_at"] = .integer(expiresAt) }
                entries.append(.object(entry))
                kept.append(
                    KeptDigest(
                        subject: row.subject, scope: definition.scope.text, version: Int64(definition.version),
                        values: made, expiresAt: expiresAt))
            }
            pushed += try await push(entries, as: "digests", keeping: kept, token)
        }
        return pushed
    }

    /// Case 1: the person keeps the values. Each is sealed to a key that is shown to be logged as the person's.
    package func pushDeposits(
        _ rows: [MarketRow], of definition: ScopeDefinition, expiresAt: Int64?
    ) async throws -> [PushedEntry] {
        guard definition.heldBy == .person else { throw PushFailure.heldByOther(definition.heldBy) }
        let shaped = try Self.shapes(of: rows, by: definition)
        let token = try await token()
        var pushed: [PushedEntry] = []
        for batch in shaped.batches(of: Self.batchSize) {
            var entries: [JSON] = []
            for (row, shape) in batch {
                let keys: PersonKeyPair
                do throws(DirectoryRefusal) {
                    keys = try await directory.keys(of: row.subject, token: token).current
                } catch {
                    throw PushFailure.rows(["line \(row.number): \(error)"])
                }
                entries.append(try deposit(row, shape, of: definition, to: keys, expiresAt: expiresAt))
            }
            pushed += try await push(entries, as: "deposits", keeping: [], token)
        }
        return pushed
    }

    private func deposit(
        _ row: MarketRow, _ shape: Shape, of definition: ScopeDefinition, to keys: PersonKeyPair, expiresAt: Int64?
    ) throws -> JSON {
        let made = try values.make(
            .init(
                scope: definition.scope.text, version: Int64(definition.version), values: row.values, issuedAt: now,
                expiresAt: expiresAt, personKeyID: keys.signingKeyID))
        let jwe = try SealedMessage.seal(made.complete, content: .scopeValues, to: keys.encryption)
        let signature = try shapes.sign(shape, of: definition, jweHash: MessageHash(of: jwe), issuedAt: now)
        return [
            "subject": .string(row.subject), "scope": .string(definition.scope.text),
            "version": .integer(Int64(definition.version)), "shape": shape.json,
            "shape_signature": .string(signature), "key_id": .string(keys.encryption.keyID), "jwe": .string(jwe),
        ]
    }

    /// All rows before the first is pushed: a fault in the last one must not leave half of them there.
    private static func shapes(
        of rows: [MarketRow], by definition: ScopeDefinition
    ) throws(PushFailure) -> [(row: MarketRow, shape: Shape)] {
        var problems: [String] = []
        var shaped: [(MarketRow, Shape)] = []
        var subjects = Set<String>()
        for row in rows {
            if !subjects.insert(row.subject).inserted {
                problems.append("line \(row.number): this subject has another line")
            }
            let found = definition.problems(of: row.values, .whole)
            guard found.isEmpty, let shape = definition.shape(of: row.values) else {
                problems += found.map { "line \(row.number): \($0)" }
                continue
            }
            shaped.append((row, shape))
        }
        guard problems.isEmpty else { throw .rows(Array(problems.prefix(50))) }
        return shaped.map { (row: $0.0, shape: $0.1) }
    }

    private func token() async throws -> TokenResponse {
        do throws(HubFailure) {
            return try await directory.hub.token(.clientCredentials(scopes: ["sharing:market"]))
        } catch {
            throw PushFailure.hub(error)
        }
    }

    private func push(
        _ entries: [JSON], as name: String, keeping kept: [KeptDigest], _ token: TokenResponse
    ) async throws -> [PushedEntry] {
        let batch = PreparedBatch(
            idempotencyKey: Base64URL.encode(secureRandomBytes(24)), path: "/sharing/" + name,
            body: JSON.object([name: .array(entries)]).encoded(), digests: kept)
        try await store.prepare(batch)
        return try await send(batch, token)
    }

    private func send(_ batch: PreparedBatch, _ token: TokenResponse) async throws -> [PushedEntry] {
        var tries = 3
        while true {
            do throws(HubFailure) {
                let results = try await sendOnce(batch, token)
                try await confirm(batch)
                return results
            } catch {
                tries -= 1
                if error.isPassing, tries > 0 { continue }
                guard case .refused(_, let status, _) = error, (400..<500).contains(status), status != 429,
                    status != 401
                else { throw PushFailure.hub(error) }
                try await store.discard(batch)
                throw PushFailure.hub(error)
            }
        }
    }

    private func confirm(_ batch: PreparedBatch) async throws(HubFailure) {
        do {
            try await store.confirm(batch)
        } catch {
            throw .malformed(.push)
        }
    }

    private func sendOnce(_ batch: PreparedBatch, _ token: TokenResponse) async throws(HubFailure) -> [PushedEntry] {
        guard let body = try? JSON(parsing: batch.body, limits: JSONLimits(depth: 16, values: 100_000)),
            let header = HTTPField.Name("Idempotency-Key")
        else { throw .malformed(.push) }
        let response = try await directory.hub.send(
            .post, batch.path, token: token, headers: [header: batch.idempotencyKey], body: body, for: .push)
        guard response.status == 200 else {
            throw Self.explained(response.body) ?? HubConversation.refusal(of: response, in: .push)
        }
        guard let results = (try? JSON(parsing: response.body))?["results"]?.array else { throw .malformed(.push) }
        let entries = results.compactMap(PushedEntry.init)
        guard entries.count == results.count else { throw .malformed(.push) }
        return entries
    }

    /// With what the hub says of each entry.
    private static func explained(_ body: [UInt8]) -> HubFailure? {
        guard let json = try? JSON(parsing: body), let code = json["error"]?.string,
            let errors = json["errors"]?.array, !errors.isEmpty
        else { return nil }
        let lines = errors.prefix(20).compactMap { error in
            error["path"]?.string.flatMap { path in error["problem"]?.string.map { "\(path): \($0)" } }
        }
        return .refused(.push, status: 422, OAuthErrorResponse(code: code, description: lines.joined(separator: "; ")))
    }
}

/// What the hub says of one entry that it took.
package struct PushedEntry: Sendable, Equatable {
    package let id: String
    package let subject: String
    package let ledger: LedgerReference?

    init?(_ json: JSON) {
        guard let id = json["id"]?.string, let subject = json["subject"]?.string else { return nil }
        self.id = id
        self.subject = subject
        ledger = json["ledger"].flatMap { LedgerReference($0) }
    }
}

extension Array {
    fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
