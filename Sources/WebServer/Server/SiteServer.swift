import HTTPTypes
package import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import OAuth
import Synchronization

/// Serves a ``Site`` over HTTP/1.1 with Hummingbird.
package struct SiteServer: Sendable {
    package struct Address: Sendable, Equatable {
        package let host: String
        package let port: Int

        package init(host: String, port: Int) { (self.host, self.port) = (host, port) }
    }

    /// - Parameter onRunning: called once connections are accepted.
    package static func application(
        _ site: Site, at address: Address, logger: Logger, onRunning: @escaping @Sendable () async -> Void = {}
    ) -> some ApplicationProtocol {
        Application(
            responder: SiteResponder(site: site),
            server: HTTPServerBuilder { responder in
                LoopPinnedChannel(
                    inner: HTTP1Channel(
                        responder: responder, configuration: HTTP1Channel.Configuration(
                            idleTimeout: .seconds(60),
                            httpDecoderConfiguration: .init(
                                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024),
            onServerRunning: { _ in await onRunning() }, logger: logger)
    }
}

/// What Hummingbird gives for each request.
struct SiteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

private struct SiteResponder: HTTPResponder {
    let site: Site

    func respond(to request: Request, context: SiteContext) async throws -> Response {
        let agent = request.headers[.userAgent] ?? ""
        let head = Site.Head(
            method: request.method, target: Substring(request.uri.string), headers: request.headers,
            clientHint: (context.remoteAddress?.ipAddress ?? "") + " " + agent)
        let answer = await site.respond(to: head, logger: context.logger) { limit in
            try await Self.read(request, limit: limit)
        }
        return Response(
            status: answer.status, headers: answer.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private static func read(_ request: Request, limit: Int) async throws -> [UInt8] {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw Site.BodyTooLarge()
        }
        var body: [UInt8] = []
        for try await var part in request.body {
            guard body.count + part.readableBytes <= limit else { throw Site.BodyTooLarge() }
            if let bytes = part.readBytes(length: part.readableBytes) { body += bytes }
        }
        return body
    }
}
