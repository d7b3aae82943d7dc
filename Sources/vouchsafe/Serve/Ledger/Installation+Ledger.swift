import ConfigurationFile
import CredentialIssuer
import Foundation
import HTTPTypes
import JOSE
import KeyStore
import Logging
import OutgoingHTTP
import ServiceLifecycle
import Storage
import TransparencyLog
import Verifier
import WalletClient
import WebServer
import WireFormats

/// The ledger with what keeps it going.
struct LedgerParts: Sendable {
    let ledger: SQLLedger
    let site: LedgerSite
    let services: [any Service]
}

extension Installation {
    /// Nil where no data is shared.
    func ledger() async throws -> LedgerParts? {
        guard let settings = configuration.sharing?.ledger else { return nil }
        guard let record = keys.ring.plainKeys[.ledgerSigning]?.first, case .ed25519(let key) = record.privateKey else {
            throw CommandFailure("the key of the ledger is missing")
        }
        let witnesses = try WitnessPolicy(settings.witnesses.map(\.key), quorum: settings.quorum)
        let ledger: SQLLedger
        do {
            ledger = try await SQLLedger.open(
                database, key: key, origin: Self.ledgerOrigin(configuration.publicURL), witnesses: witnesses, now: now)
        } catch let fault as LedgerFault {
            throw CommandFailure(fault.description)
        }
        let notes = LedgerNotes(database: database)
        var services: [any Service] = [
            LedgerIntegration(ledger: ledger, logger: logger),
            LedgerKeyNotes(keys: keys, notes: notes, ledger: ledger, logger: logger, now: now),
        ]
        if !settings.witnesses.isEmpty { services.append(cosigning(ledger, settings)) }
        let site = LedgerSite(publicURL: configuration.publicURL, ledger: ledger) {
            .array(try await notes.newest(Self.shownDocuments).map(\.json))
        }
        return LedgerParts(ledger: ledger, site: site, services: services)
    }

    private static let shownDocuments = 100

    /// The address without its scheme, C2SP tlog-tiles, "Parameters".
    static func ledgerOrigin(_ publicURL: String) -> String {
        let afterScheme = publicURL.firstRange(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
        return String(afterScheme) + LedgerSite.path
    }

    private func cosigning(_ ledger: SQLLedger, _ settings: LedgerSettings) -> LedgerCosigningService {
        // The operator has named these servers, so they may stand anywhere.
        let named = settings.witnesses.compactMap { try? WebAddress($0.url) }
        let client = GuardedHTTPClient(
            destinations: AllowedDestinations(loopback: false) { _, host in
                named.contains { $0.host == host.host && $0.port == host.port }
            }, limits: GuardedHTTPClient.Limits(total: .seconds(5), connect: .seconds(2), responseBytes: 65_536))
        let urls = Dictionary(uniqueKeysWithValues: settings.witnesses.map { ($0.key, $0.url) })
        let cosigning = LedgerCosigning(ledger: ledger, patience: settings.interval) { witness, body in
            guard let url = urls[witness] else { throw CommandFailure("no address is known") }
            let response = try await client.send(
                ExchangeRequest(
                    .post, url + "/add-checkpoint",
                    headers: [.contentType: "text/plain; charset=utf-8"], body: body))
            return WitnessAnswer(
                status: response.status, contentType: response.headers[.contentType], body: response.body)
        }
        return LedgerCosigningService(cosigning: cosigning, interval: settings.interval, logger: logger)
    }
}

extension LedgerNotes.Note {
    /// Everything that is needed to verify the commitment.
    fileprivate var json: JSON {
        [
            "subject": .string(subject), "index": index.map { .integer(Int64($0)) } ?? .null,
            "document": .string(Base64URL.encode(document)), "salt": .string(Base64URL.encode(salt)),
        ]
    }
}
