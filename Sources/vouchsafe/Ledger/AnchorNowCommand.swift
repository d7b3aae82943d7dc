import Anchoring
import ArgumentParser
import Foundation
import JOSE
import Storage
import WireFormats

/// `vouchsafe ledger anchor now`: anchors a size and a root that the operator names, and looks after what was sent.
struct AnchorNowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "now", abstract: "Anchors a size and root at once, and looks what became of earlier anchors.",
        discussion: """
            For when the server does not run: while it does, it anchors by itself and this command says so. Without \
            --size and --root only earlier anchors are looked after. Prints the newest anchors as the server's list has \
            them.
            """)

    @OptionGroup var place: AnchorPlaceOptions

    @Option(help: "How many entries the ledger has.")
    var size: UInt64?

    @Option(help: "The ledger's root hash at that size, in hexadecimal.")
    var root: String?

    @Option(help: "How many seconds to stay until everything is confirmed.")
    var wait = 0

    func validate() throws {
        guard (size == nil) == (root == nil) else { throw ValidationError("--size and --root go together.") }
        guard (0...86_400).contains(wait) else {
            throw ValidationError("--wait is a number of seconds, at most a day.")
        }
        guard size == nil || commitment != nil else {
            throw ValidationError("--size is at least 1, and --root has 64 hexadecimal digits.")
        }
    }

    private var commitment: AnchorCommitment? {
        guard let size, let root = root.flatMap({ Hexadecimal.decode($0) }) else { return nil }
        return AnchorCommitment(size: size, root: root)
    }

    func run() async throws {
        try await place.withInstallation { installation in
            let settings = try place.settings(installation)
            let store = SQLAnchorStore(database: installation.database)
            var policy = AnchorWorker.Policy(settings)
            policy.interval = .zero
            let commitment = commitment
            let worker = AnchorWorker(
                chain: try installation.anchorChain(settings), store: store, policy: policy,
                holder: secureRandomBytes(16), checkpoint: { commitment.map { ($0.size, $0.root) } },
                now: installation.now
            ) { event in
                FileHandle.standardError.write(Data((event.sentence + "\n").utf8))
            }
            let failure = await passes(worker, store)
            await worker.release()
            if let failure {
                throw CommandFailure(
                    failure == .leaseLost
                        ? "another process anchors there; stop the server, or wait half a minute if one was killed"
                        : "\(failure)")
            }
            printJSON(["anchors": .array(try await store.newest(100).map(\.json))])
        }
    }

    /// One pass, and more while there is time and something is not confirmed.
    private func passes(_ worker: AnchorWorker, _ store: SQLAnchorStore) async -> AnchorFailure? {
        let deadline = ContinuousClock.now + .seconds(wait)
        while true {
            do throws(AnchorFailure) {
                guard try await worker.pass() == .done else { return .leaseLost }
            } catch {
                return error
            }
            let newest = try? await store.newest(1).first?.state
            if newest == .confirmed || ContinuousClock.now >= deadline { return nil }
            try? await Task.sleep(for: .seconds(1))
        }
    }
}
