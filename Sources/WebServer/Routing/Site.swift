package import HTTPTypes
package import Logging
package import OAuth

/// Everything behind one address: finds the route, answers, and turns whatever goes wrong into a response.
package struct Site: Sendable {
    private let table: RouteTable
    private let managementKey: ManagementKey?
    private let metrics: Metrics
    let readiness: Readiness

    /// - Parameter managementKey: what routes that ask for it compare with; nil if no route does.
    package init(
        routes: [Route], managementKey: ManagementKey? = nil, metrics: Metrics, readiness: Readiness = .always
    ) {
        table = RouteTable(routes + readiness.routes)
        self.readiness = readiness
        self.managementKey = managementKey
        self.metrics = metrics
    }

    /// The head of a request; the body is read once it is known how large it may be.
    package struct Head: Sendable {
        package let method: HTTPRequest.Method
        package let path: String
        package let query: Substring
        package let headers: HTTPFields
        package let clientHint: String
        package let clientAddress: String
        /// Names the request in the log.
        package let requestID: String

        package init(
            method: HTTPRequest.Method, target: Substring, headers: HTTPFields, clientHint: String = "",
            clientAddress: String = "", requestID: String = ""
        ) {
            let target = Self.originForm(of: target)
            self.method = method
            if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
                path = String(target[..<mark])
                query = target[target.utf8.index(after: mark)...]
            } else {
                path = String(target)
                query = ""
            }
            self.headers = headers
            self.clientHint = clientHint
            self.clientAddress = clientAddress
            self.requestID = requestID
        }

        /// A whole address may stand where a path does, RFC 9112 §3.2.2; its authority decides nothing here.
        private static func originForm(of target: Substring) -> Substring {
            guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.firstRange(of: "://") else {
                return target
            }
            let afterScheme = target[scheme.upperBound...]
            return afterScheme.firstIndex(of: "/").map { afterScheme[$0...] } ?? "/"
        }
    }

    /// Thrown by the reader of a body that is larger than it may be.
    package struct BodyTooLarge: Error {
        package init() {}
    }

    /// How large the body of a request may be; zero if the request will be refused without it.
    package func bodyLimit(of head: Head) -> Int {
        guard case .route(let route, _) = table.match(head.method, head.path) else { return 0 }
        do throws(RequestRefusal) {
            try authenticate(head, for: route)
            return route.bodyLimit
        } catch {
            return 0
        }
    }

    /// Whether a request asks how the process is, which is answered even when nothing else is.
    func isProbe(_ head: Head) -> Bool {
        guard case .route(let route, _) = table.match(head.method, head.path) else { return false }
        return route.isProbe
    }

    /// What is answered to a request that comes when no other may begin.
    func refuseStopping(_ head: Head, logger: Logger) -> EndpointResponse {
        let route =
            if case .route(let route, _) = table.match(head.method, head.path) { route.name } else { "none" }
        let response = refuse(RequestRefusal.stopping, head, route: route, logger).answering(head.method)
        metrics.countRequest(route: route, status: response.status.code, took: .zero)
        return response
    }

    /// - Parameter readBody: gives the whole body, or throws ``BodyTooLarge`` past the limit it is given.
    package func respond(
        to head: Head, logger: Logger, readBody: (_ limit: Int) async throws -> [UInt8]
    ) async -> EndpointResponse {
        let start = ContinuousClock.now
        var name = "none"
        var response: EndpointResponse
        do {
            let (route, parameter) = try find(head)
            name = route.name
            try authenticate(head, for: route)
            let body = try await read(readBody, limit: route.bodyLimit)
            let request = EndpointRequest(
                method: head.method, query: head.query, headers: head.headers, body: body,
                clientHint: head.clientHint, clientAddress: head.clientAddress)
            response = try await route.handler(request, parameter)
        } catch let refusal as any Refusal {
            response = refuse(refusal, head, route: name, logger)
        } catch is CancellationError {
            response = EndpointResponse(status: .serviceUnavailable)
        } catch let failure as PresentedFailure {
            let plain = answer(to: failure.cause, head, route: name, logger)
            response = failure.page
            response.headers[.retryAfter] = plain.headers[.retryAfter]
        } catch {
            response = answer(to: error, head, route: name, logger)
        }
        response = response.answering(head.method)
        metrics.countRequest(route: name, status: response.status.code, took: ContinuousClock.now - start)
        logger.debug(
            "request",
            metadata: ["request_id": "\(head.requestID)", "route": "\(name)", "status": "\(response.status.code)"])
        return response
    }

    private func find(_ head: Head) throws(RequestRefusal) -> (Route, Substring) {
        switch table.match(head.method, head.path) {
        case .route(let route, let parameter): return (route, parameter)
        case .otherMethods(let methods): throw .methodNotAllowed(methods)
        case .nothing: throw .notFound
        }
    }

    private func authenticate(_ head: Head, for route: Route) throws(RequestRefusal) {
        guard route.authentication == .managementKey else { return }
        let values = head.headers[values: .authorization]
        guard let value = values.first, values.count == 1 else { throw .managementKeyMissing }
        guard value.hasPrefix("Bearer "), let managementKey, managementKey.matches(value.dropFirst(7)) else {
            throw .managementKeyWrong
        }
    }

    private func read(_ readBody: (_ limit: Int) async throws -> [UInt8], limit: Int) async throws -> [UInt8] {
        do {
            return try await readBody(limit)
        } catch is BodyTooLarge {
            throw RequestRefusal.bodyTooLarge(limit: limit)
        }
    }

    /// What is answered when something went wrong that nobody who asked has caused.
    private func answer(
        to failure: any Error, _ head: Head, route: String, _ logger: Logger
    ) -> EndpointResponse {
        let isPassing = (failure as? any Outage)?.isPassing == true
        logger.error(
            isPassing ? "request put off" : "request failed",
            metadata: ["request_id": "\(head.requestID)", "route": "\(route)", "error": "\(failure)"])
        guard isPassing else {
            return WireRefusal(.internalServerError, "server_error", "Something went wrong here").response
        }
        return WireRefusal(
            .serviceUnavailable, "temporarily_unavailable", "Not possible for the moment; try again shortly"
        ).with(.retryAfter, "1").response
    }

    private func refuse(
        _ refusal: any Refusal, _ head: Head, route: String, _ logger: Logger
    ) -> EndpointResponse {
        let wire = refusal.wire
        metrics.countRefusal(route: route, code: wire.code)
        logger.debug(
            "refused",
            metadata: [
                "request_id": "\(head.requestID)", "route": "\(route)", "code": "\(wire.code)",
                "reason": "\(refusal.reason)",
            ])
        var response = wire.response
        if case .methodNotAllowed(let methods) = refusal as? RequestRefusal {
            // What can be got has a HEAD too.
            let allowed = methods.flatMap { $0 == .get ? [.get, .head] : [$0] }
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }
}

extension EndpointResponse {
    /// The answer to HEAD has the length of the body that it leaves out.
    fileprivate func answering(_ method: HTTPRequest.Method) -> EndpointResponse {
        guard method == .head else { return self }
        var response = self
        response.headers[.contentLength] = String(body.count)
        response.body = []
        return response
    }
}
