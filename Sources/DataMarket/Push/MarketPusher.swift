import Crypto
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
    /// What is wrong with rows, each with its place. Nothing was pushed.
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
    /// The key of this store's marks, always the same 32 bytes.
    func markKey() async throws -> [UInt8]
    /// Marks of what was pushed last, if it has not expired at `seconds`: the content's by the row's.
    func marks(at seconds: Int64) async throws -> [[UInt8]: [UInt8]]
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
    /// Of its rows, to be kept once the hub has them. Empty in a batch that is read again: the store has them.
    package let marks: [RowMark]

    package init(
        idempotencyKey: String, path: String, body: [UInt8], digests: [KeptDigest], marks: [RowMark] = []
    ) {
        self.idempotencyKey = idempotencyKey
        self.path = path
        self.body = body
        self.digests = digests
        self.marks = marks
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
        return try await push(.all, of: rows, by: definition, expiresAt: expiresAt).pushed
    }

    /// Case 1: the person keeps the values. Each is sealed to a key that is shown to be logged as the person's.
    package func pushDeposits(
        _ rows: [MarketRow], of definition: ScopeDefinition, expiresAt: Int64?
    ) async throws -> [PushedEntry] {
        guard definition.heldBy == .person else { throw PushFailure.heldByOther(definition.heldBy) }
        return try await push(.all, of: rows, by: definition, expiresAt: expiresAt).pushed
    }

    /// Either case: what has changed since it was last pushed, or has expired. People who have no keys yet wait.
    package func pushChanges(
        _ rows: [MarketRow], of definition: ScopeDefinition, expiresAt: Int64?
    ) async throws -> PushedChanges {
        try await push(.changes, of: rows, by: definition, expiresAt: expiresAt)
    }

    private enum Selection {
        case all
        case changes
    }

    private typealias MarkedRow = (row: MarketRow, shape: Shape, mark: RowMark)

    private func push(
        _ selection: Selection, of rows: [MarketRow], by definition: ScopeDefinition, expiresAt: Int64?
    ) async throws -> PushedChanges {
        let shaped = try Self.shapes(of: rows, by: definition)
        let marker = RowMarker(key: SymmetricKey(data: try await store.markKey()))
        var marked: [MarkedRow] = shaped.map { row, shape in
            (row, shape, marker.mark(row, of: definition, expiresAt: expiresAt))
        }
        if selection == .changes {
            let known = try await store.marks(at: now)
            marked.removeAll { known[$0.mark.row] == $0.mark.content }
        }
        var result = PushedChanges(pushed: [], unchanged: shaped.count - marked.count, waiting: 0)
        for batch in marked.batches(of: Self.batchSize) {
            // One for each batch: looking up people's keys takes its time.
            let token = try await token()
            switch definition.heldBy {
            case .market:
                result.pushed += try await pushDigests(batch, of: definition, expiresAt: expiresAt, token)
            case .person:
                let (pushed, waiting) = try await pushDeposits(
                    batch, of: definition, expiresAt: expiresAt, selection, token)
                result.pushed += pushed
                result.waiting += waiting
            }
        }
        return result
    }

    private func pushDigests(
        _ batch: ArraySlice<MarkedRow>, of definition: ScopeDefinition, expiresAt: Int64?, _ token: TokenResponse
    ) async throws -> [PushedEntry] {
        var entries: [JSON] = []
        var kept: [KeptDigest] = []
        for (row, shape, _) in batch {
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
        return try await push(entries, as: "digests", keeping: kept, batch.map(\.mark), token)
    }

    private func pushDeposits(
        _ batch: ArraySlice<MarkedRow>, of definition: ScopeDefinition, expiresAt: Int64?, _ selection: Selection,
        _ token: TokenResponse
    ) async throws -> (pushed: [PushedEntry], waiting: Int) {
        var entries: [JSON] = []
        var marks: [RowMark] = []
        for (row, shape, mark) in batch {
            let keys: PersonKeyPair
            do throws(DirectoryRefusal) {
                keys = try await directory.keys(of: row.subject, token: token).current
            } catch {
                if selection == .changes, error.isOfMissingKeys { continue }
                throw PushFailure.rows(["\(row.place): \(error)"])
            }
            entries.append(try deposit(row, shape, of: definition, to: keys, expiresAt: expiresAt))
            marks.append(mark)
        }
        let waiting = batch.count - entries.count
        guard !entries.isEmpty else { return ([], waiting) }
        return (try await push(entries, as: "deposits", keeping: [], marks, token), waiting)
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
                problems.append("\(row.place): this subject stands there twice")
            }
            let found = definition.problems(of: row.values, .whole)
            guard found.isEmpty, let shape = definition.shape(of: row.values) else {
                problems += found.map { "\(row.place): \($0)" }
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
        _ entries: [JSON], as name: String, keeping kept: [KeptDigest], _ marks: [RowMark], _ token: TokenResponse
    ) async throws -> [PushedEntry] {
        let batch = PreparedBatch(
            idempotencyKey: Base64URL.encode(secureRandomBytes(24)), path: "/sharing/" + name,
            body: JSON.object([name: .array(entries)]).encoded(), digests: kept, marks: marks)
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

/// What became of rows, of which some were pushed before.
package struct PushedChanges: Sendable, Equatable {
    package var pushed: [PushedEntry]
    /// Rows that are as they were.
    package var unchanged: Int
    /// Rows about people who have no keys yet, or whose keys are not in the ledger yet.
    package var waiting: Int
}

extension DirectoryRefusal {
    /// The person has not made keys yet, or the ledger is still to show them: another time it may go.
    fileprivate var isOfMissingKeys: Bool {
        switch self {
        case .notLogged: true
        case .hub(.refused(.personKeys, _, let error)): error.code == "no_vault"
        default: false
        }
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
