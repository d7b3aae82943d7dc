import Foundation
import JOSE
import KeyStore
import Logging
import ServiceLifecycle
import Storage
import TransparencyLog
import WireFormats

/// Takes pending entries into the ledger.
struct LedgerIntegration: Service {
    let ledger: SQLLedger
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await ledger.run { error in
                logger.error("the ledger could not be added to", metadata: ["error": "\(error)"])
            }
        }
    }
}

/// Has the ledger's head cosigned.
struct LedgerCosigningService: Service {
    let cosigning: LedgerCosigning
    let interval: Duration
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: Set<LedgerCosigning.Failure> = []
            while !Task.isCancelled {
                do {
                    let failures = Set(try await cosigning.round().failures)
                    // Once, and not every second of an outage.
                    for failure in failures.subtracting(told) {
                        logger.warning(
                            "a witness did not cosign the ledger",
                            metadata: ["witness": "\(failure.witness)", "reason": "\(failure.description)"])
                    }
                    told = failures
                } catch {
                    if !Task.isCancelled {
                        logger.error("the ledger could not be cosigned", metadata: ["error": "\(error)"])
                    }
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }
}

/// Logs every public key of this server, once.
struct LedgerKeyNotes: Service {
    static let interval = Duration.seconds(1)

    let keys: LiveKeys
    let notes: LedgerNotes
    let ledger: SQLLedger
    let logger: Logger
    let now: @Sendable () -> Date

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var logged: Set<String> = []
            while !Task.isCancelled {
                do {
                    try await logNewKeys(&logged)
                } catch {
                    if !Task.isCancelled {
                        logger.error("keys could not be logged", metadata: ["error": "\(error)"])
                    }
                }
                do { try await Task.sleep(for: Self.interval) } catch { return }
            }
        }
    }

    private func logNewKeys(_ logged: inout Set<String>) async throws {
        for (purpose, id, key) in publicKeys {
            let subject = "key \(purpose.rawValue) \(id)"
            guard !logged.contains(subject) else { continue }
            let document = JSON.object(key.jwk).encoded()
            if try await notes.log(.key, document, of: subject, at: now()) { ledger.wake() }
            logged.insert(subject)
        }
    }

    /// The ledger's own first.
    private var publicKeys: [(purpose: KeyPurpose, id: String, key: PublicKey)] {
        let ring = keys.ring
        let plain = [KeyPurpose.ledgerSigning, .tokenSigning, .tokenSigningRSA].flatMap { purpose in
            (ring.plainKeys[purpose] ?? []).map { (purpose, $0.keyID, $0.privateKey.publicKey) }
        }
        return plain + ring.signingKeys.map { (.credentialSigning, $0.keyID, $0.publicKey) }
    }
}
