import ArgumentParser
import Foundation
import TransparencyLog
import WireFormats

/// `vouchsafe ledger verify`: downloads a whole ledger and computes it again.
struct LedgerVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Audits a whole ledger from outside.",
        discussion: """
            Every entry and every tile is fetched, every hash computed again up to the root, and the signatures of the \
            checkpoint verified. With --state, the log must also go on from what it was at the last audit. Exit code 0 \
            only if all of that is right.

            Without --log the key is taken from the state file, or else from the server itself: enough for a look, \
            not for an audit.
            """)

    @OptionGroup var server: LedgerServer

    @Option(help: "The verifier key of the log.")
    var log: String?

    @Option(help: "The verifier key of a witness. May be repeated.")
    var witness: [String] = []

    @Option(help: "How many of the witnesses must have cosigned; all of them without.")
    var quorum: Int?

    @Flag(help: "Print a JSON object.")
    var json = false

    @Option(help: "The file that keeps what was found, for the next audit.")
    var state: String?

    func run() async throws {
        do {
            let (report, logKey) = try await audit()
            try save(report, logKey)
            print(report, logKey)
        } catch let failure as LedgerAuditFailure {
            if json { printJSON(["valid": false, "error": .string(failure.description)]) }
            throw CommandFailure("The ledger is not right: \(failure.description).")
        }
    }

    private func audit() async throws -> (LedgerAudit.Report, NoteKey) {
        let address = try server.address()
        let earlier = try readState()
        let logKey = try await self.logKey(earlier, address)
        let keys = try witness.map { try Self.key($0, "--witness") }
        let policy: WitnessPolicy
        do throws(WitnessPolicyFault) {
            policy = try WitnessPolicy(keys, quorum: quorum ?? keys.count)
        } catch {
            throw CommandFailure("--witness, --quorum: \(error.description)")
        }
        guard let verifier = CheckpointVerifier(log: logKey, witnesses: policy) else {
            throw CommandFailure("--log: \(logKey.name) is a witness's key, not a log's")
        }
        let audit = LedgerAudit(checkpoints: verifier) { try await address.get($0) }
        return (try await audit.run(since: earlier?.head), logKey)
    }

    private func logKey(_ earlier: State?, _ address: LedgerAddress) async throws -> NoteKey {
        if let log {
            let key = try Self.key(log, "--log")
            if let earlier, earlier.logKey != key {
                throw CommandFailure("\(state ?? ""): the last audit was of another log, \(earlier.logKey.text)")
            }
            return key
        }
        if let earlier { return earlier.logKey }
        guard let document = try await address.get("keys"), let text = try? JSON(parsing: document)["log_key"]?.string
        else { throw CommandFailure("\(address.base)/keys is not there: is sharing configured?") }
        return try Self.key(text, "\(address.base)/keys")
    }

    private static func key(_ text: String, _ place: String) throws -> NoteKey {
        do throws(NoteKeyMalformation) { return try NoteKey(parsing: text) } catch {
            throw CommandFailure("\(place): \(error.description)")
        }
    }

    private func print(_ report: LedgerAudit.Report, _ logKey: NoteKey) {
        let counts = report.counts.sorted { $0.key.rawValue < $1.key.rawValue }
        let head = report.checkpoint.head
        if json {
            return printJSON([
                "valid": true, "origin": .string(logKey.name), "log_key": .string(logKey.text),
                "size": .integer(Int64(head.size)), "root": .string(head.root.base64),
                "entries": .object(JSONObject(counts.map { ($0.key.rawValue, .integer(Int64($0.value))) })),
                "organizations": .integer(Int64(report.organizations)),
                "witnesses": .array(
                    report.checkpoint.cosignatures.map {
                        ["name": .string($0.key.name), "time": .integer(Int64($0.time ?? 0))]
                    }),
            ])
        }
        Swift.print("\(logKey.name): \(head.size) entries, root \(head.root.base64)")
        for (kind, count) in counts { Swift.print("  \(kind.rawValue): \(count)") }
        Swift.print("  signed with \(logKey.text)\(log == nil && state == nil ? ", as the server says" : "")")
        for cosignature in report.checkpoint.cosignatures {
            let time = Date(timeIntervalSince1970: Double(cosignature.time ?? 0))
            Swift.print("  cosigned by \(cosignature.key.name) at \(time.formatted(.iso8601))")
        }
        Swift.print("Every hash and signature is right.")
    }

    /// What the last audit found.
    private struct State {
        let logKey: NoteKey
        let head: TreeHead
    }

    private func readState() throws -> State? {
        guard let state, let data = FileManager.default.contents(atPath: state) else { return nil }
        guard let json = try? JSON(parsing: Array(data)), let text = json["log_key"]?.string,
            let key = try? NoteKey(parsing: text), let note = json["checkpoint"]?.string,
            let verifier = CheckpointVerifier(log: key, witnesses: .none),
            let checkpoint = try? verifier.verify(Array(note.utf8))
        else { throw CommandFailure("\(state): is not the state of an audit; name another file") }
        return State(logKey: key, head: checkpoint.head)
    }

    private func save(_ report: LedgerAudit.Report, _ logKey: NoteKey) throws {
        guard let state else { return }
        let json: JSON = [
            "log_key": .string(logKey.text),
            "checkpoint": .string(String(decoding: report.checkpoint.note.bytes, as: UTF8.self)),
        ]
        do {
            try Data(json.encoded()).write(to: URL(filePath: state), options: .atomic)
        } catch {
            throw CommandFailure("\(state): cannot be written")
        }
    }
}
