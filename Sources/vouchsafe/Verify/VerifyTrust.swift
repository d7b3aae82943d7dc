import Foundation
import OutgoingHTTP
import Verifier
import WireFormats

/// What `vouchsafe verify` relies on, and how it says so.
enum VerifyTrust {
    case files(TrustFile, names: [String])
    /// The keys that the running server publishes for its own credentials, anybody else's over https for theirs.
    case published(server: String)

    init(files: [String]) throws {
        guard !files.isEmpty else {
            self = .published(server: try Settings.fromEnvironment().publicURL)
            return
        }
        var trusted: [TrustFile] = []
        for name in files {
            let bytes = try VerifyInput.read(name)
            do throws(TrustFile.Malformation) {
                trusted.append(try TrustFile(parsing: bytes))
            } catch {
                throw CommandFailure(
                    printing: "\(name) is no trust file: it needs PEM certificates or a JSON Web Key Set.")
            }
        }
        self = .files(TrustFile(combining: trusted), names: files)
    }

    var keys: any IssuerKeyResolver {
        switch self {
        case .files(let trusted, _): trusted
        case .published(let server): RunningServerKeys(server: server)
        }
    }

    /// What to do if the issuer's keys could not be had; nil if nothing would help.
    func advice(for issuer: String?) -> String? {
        guard case .published(let server) = self, let issuer, !RunningServerKeys(server: server).isServer(issuer) else {
            return nil
        }
        let address = DIDWeb(issuer).map { "http://" + $0.authority } ?? issuer
        guard (try? WebAddress(address))?.isLoopback == true else { return nil }
        return "\(issuer) is not the server at \(server); set PORT to its port, or give --trust."
    }

    /// What a report on a credential of `issuer` rests on.
    func sentence(for issuer: String?) -> String {
        switch self {
        case .files(_, let names): "relies on \(names.joined(separator: ", "))"
        case .published(let server) where RunningServerKeys(server: server).isServer(issuer):
            "no --trust given: relies on the keys that the running server \(server) publishes"
        case .published:
            "no --trust given: relies on the keys that the credential's issuer publishes itself, over https"
        }
    }
}

/// Published keys, where plain http is only for the server that the commands belong to.
struct RunningServerKeys: IssuerKeyResolver {
    let server: String

    func isServer(_ issuer: String?) -> Bool {
        guard let issuer, let own = try? WebAddress(server) else { return false }
        if let web = DIDWeb(issuer) { return web.isHost(of: own) }
        return (try? WebAddress(issuer))?.origin == own.origin
    }

    func findKey(for query: IssuerKeyQuery) async throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        let destinations: AllowedDestinations = isServer(query.issuer) ? .publicAndLoopback : .publicOnly
        return try await PublishedKeys(fetcher: GuardedHTTPClient(destinations: destinations)).findKey(for: query)
    }
}
