import Anchoring
import Foundation
import HTTPTypes
import OutgoingHTTP
import Verifier
import WalletClient

/// JSON-RPC to a node that the operator, or an auditor, has named.
struct HTTPJSONRPC: JSONRPCTransport {
    private let url: String
    private let credentials: RPCCredentials
    private let client: any HTTPExchange

    /// - Parameter url: as it is configured; its path may hold a key, and is told to nobody.
    init(url: String, credentials: RPCCredentials, client: any HTTPExchange) {
        (self.url, self.credentials, self.client) = (url, credentials, client)
    }

    /// The node was named on purpose, so it may stand anywhere: at that host and port, and nowhere else.
    init(url: String, credentials: RPCCredentials) throws {
        let named: WebAddress
        do {
            named = try WebAddress(url)
        } catch {
            throw CommandFailure("the address of the node must be https, or http to localhost")
        }
        self.init(
            url: named.text, credentials: credentials,
            client: GuardedHTTPClient(
                destinations: AllowedDestinations(loopback: false) { _, host in
                    named.host == host.host && named.port == host.port
                }, limits: .init(total: .seconds(20), responseBytes: 16 << 20)))
    }

    func post(_ body: [UInt8]) async throws(JSONRPCTransportFailure) -> JSONRPCReply {
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.authorization] = try credentials.header()
        do throws(FetchFailure) {
            let response = try await client.send(ExchangeRequest(.post, url, headers: headers, body: body))
            return JSONRPCReply(status: response.status, body: response.body)
        } catch {
            throw JSONRPCTransportFailure(explanation: error.explanation)
        }
    }
}

/// What a node is told before it answers.
enum RPCCredentials: Sendable {
    case none
    /// `name:password`, or a bearer token, in the first line. Read for each request: nodes of Bitcoin's family write
    /// such a file anew whenever they start.
    case file(URL)

    fileprivate func header() throws(JSONRPCTransportFailure) -> String? {
        guard case .file(let file) = self else { return nil }
        let line = FileManager.default.contents(atPath: file.path).map { $0.prefix { $0 != 0x0A && $0 != 0x0D } }
        guard let line, !line.isEmpty, line.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw JSONRPCTransportFailure(explanation: "\(file.path) cannot be read, or has no name and password")
        }
        let isPair = line.contains(UInt8(ascii: ":"))
        return isPair ? "Basic " + Data(line).base64EncodedString() : "Bearer " + String(decoding: line, as: UTF8.self)
    }
}
