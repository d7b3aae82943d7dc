import ArgumentParser
import DataSharing
import Foundation
import HTTPTypes
import JOSE
import Logging
import NIOCore
import OAuth
import ServiceLifecycle
import ServiceProvider
import Synchronization
import UnixSignals
import WebServer
import WireFormats

/// `vouchsafe provider serve`: a small website that asks for data, to see how it is.
struct ProviderServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "A demonstration: a website that asks for data and shows what came.",
        discussion: "Listens on this machine alone. Register http://127.0.0.1:PORT/callback as its redirect address.")

    @OptionGroup var order: OrderOptions
    @OptionGroup var options: ProviderOptions

    @Option(help: ArgumentHelp("The port on 127.0.0.1.", valueName: "port"))
    var port = 9400

    @Option(help: "The name that the page shows.")
    var title = "Bank"

    func run() async throws {
        let logger = Logger(label: "vouchsafe") { StructuredLogHandler(label: $0, level: .info) }
        let demonstration = ProviderDemonstration(
            order: try order.order(), connection: try await options.open().connect(), title: title,
            base: "http://127.0.0.1:\(port)")
        let readiness = Readiness { nil }
        let site = Site(routes: demonstration.routes, metrics: Metrics(), readiness: readiness)
        let server = SiteServer.service(site, at: .init(host: "127.0.0.1", port: port), logger: logger) {
            readiness.start()
            print("http://127.0.0.1:\(port)/")
            fflush(nil)
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure("port \(port) is in use; choose another with --port")
        }
    }
}

/// The pages of the demonstration, and the requests that wait.
final class ProviderDemonstration: Sendable {
    /// Requests that nobody comes back from are forgotten past these.
    private static let maximumWaiting = 100
    private static let cookie = "sharing_visit"

    private enum Visit {
        case asked(PendingSharing)
        case received(ReceivedSharing)
    }

    private let order: SharingOrder
    private let connection: ProviderConnection
    private let title: String
    private let base: String
    private let visits = Mutex<[(id: String, visit: Visit)]>([])

    init(order: SharingOrder, connection: ProviderConnection, title: String, base: String) {
        (self.order, self.connection, self.title, self.base) = (order, connection, title, base)
    }

    var routes: [Route] {
        [
            Route(.get, .exact("/"), name: "start") { [self] _, _ in page(startBody) },
            Route(.post, .exact("/ask"), name: "ask", bodyLimit: 1024) { [self] request, _ in try await ask(request) },
            Route(.get, .exact("/callback"), name: "callback") { [self] request, _ in try await receive(request) },
            Route(.get, .exact("/style.css"), name: "style") { _, _ in
                EndpointResponse(
                    headers: [.contentType: "text/css; charset=utf-8", .xContentTypeOptions: "nosniff"],
                    body: Array(ReportMarkup.style.utf8))
            },
            Route(.get, .exact("/again"), name: "again") { [self] request, _ in try await again(request) },
        ]
    }

    private var startBody: String {
        let scopes = order.scopes.map { HTMLText.escape($0.name.text) }.joined(separator: ", ")
        return """
            <h1>\(HTMLText.escape(title))</h1><p>To offer you our premium account, we ask for \(scopes).</p>\
            <form method="post" action="/ask"><button>Ask \(HTMLText.escape(order.scopes[0].name.market.text))\
            </button></form>
            """
    }

    private func ask(_ request: EndpointRequest) async throws -> EndpointResponse {
        // A page elsewhere must not begin a visit here (the cookie would be the visitor's).
        guard request.headers[values: .origin].allSatisfy({ $0 == base }) else { throw RequestRefusal.notFound }
        let pending: PendingSharing
        do {
            pending = try await connection.requests.begin(order, redirectURI: base + "/callback")
        } catch {
            return problem("\(error)")
        }
        let id = Base64URL.encode(secureRandomBytes(24))
        keep(.asked(pending), as: id)
        return EndpointResponse(
            status: .seeOther,
            headers: [
                .location: pending.url, .cacheControl: "no-store",
                .setCookie: "\(Self.cookie)=\(id); Path=/; HttpOnly; SameSite=Lax; Max-Age=3600",
            ])
    }

    private func receive(_ request: EndpointRequest) async throws -> EndpointResponse {
        guard let id = Self.visit(in: request), case .asked(let pending)? = take(id) else {
            return problem("This is not the browser that asked, or it has come back before.")
        }
        do {
            let received = try await connection.requests.finish(
                pending, redirectedTo: base + "/callback?" + request.query)
            return await show(received, id)
        } catch {
            return problem("\(error)")
        }
    }

    private func again(_ request: EndpointRequest) async throws -> EndpointResponse {
        guard let id = Self.visit(in: request), case .received(let earlier)? = take(id) else {
            return problem("There is nothing that was received.")
        }
        do {
            return await show(try await connection.requests.again(earlier), id)
        } catch {
            keep(.received(earlier), as: id)
            return problem("\(error)")
        }
    }

    private func show(_ received: ReceivedSharing, _ id: String) async -> EndpointResponse {
        keep(.received(received), as: id)
        return page(ReportMarkup.body(of: await connection.report(received)))
    }

    private func keep(_ visit: Visit, as id: String) {
        visits.withLock { visits in
            visits.append((id, visit))
            if visits.count > Self.maximumWaiting { visits.removeFirst() }
        }
    }

    private func take(_ id: String) -> Visit? {
        visits.withLock { visits in
            guard let index = visits.firstIndex(where: { $0.id == id }) else { return nil }
            return visits.remove(at: index).visit
        }
    }

    private static func visit(in request: EndpointRequest) -> String? {
        for field in request.headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.trimmingCharacters(in: .whitespaces).split(separator: "=", maxSplits: 1)
                if parts.count == 2, parts[0] == cookie { return String(parts[1]) }
            }
        }
        return nil
    }

    private func problem(_ text: String) -> EndpointResponse {
        page("<h1>That did not work</h1><p>\(HTMLText.escape(text))</p><p><a href=\"/\">Back</a></p>", .badRequest)
    }

    private func page(_ body: String, _ status: HTTPResponse.Status = .ok) -> EndpointResponse {
        let html = """
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <link rel="stylesheet" href="/style.css"><title>\(HTMLText.escape(title))</title><main>\(body)</main></html>
            """
        return EndpointResponse(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
                .xContentTypeOptions: "nosniff",
            ], body: Array(html.utf8))
    }
}

/// Text for HTML.
enum HTMLText {
    static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
