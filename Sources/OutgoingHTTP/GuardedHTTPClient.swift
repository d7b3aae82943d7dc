import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
package import Verifier
package import WalletClient

/// HTTP to servers that nobody here chose: bounded in time and size, without following redirects, and only to addresses
/// that are allowed.
///
/// The host is resolved first, every address is checked, and the connection goes to an address that passed, under the
/// host's own name for TLS and `Host`: a second answer of the DNS cannot lead elsewhere. The price is a new connection
/// for each request, unless connections are kept: then one that is open to an address that has just passed is used.
package struct GuardedHTTPClient: Sendable {
    package struct Limits: Sendable {
        /// From the look-up of the name to the last byte of the response.
        package var total: Duration
        package var connect: Duration
        package var responseBytes: Int

        package init(total: Duration = .seconds(10), connect: Duration = .seconds(5), responseBytes: Int = 1 << 20) {
            (self.total, self.connect, self.responseBytes) = (total, connect, responseBytes)
        }
    }

    /// What becomes of a redirect, which is never followed.
    package enum Redirects: Sendable {
        /// It is a failure: a document is where it is said to be.
        case refused
        /// It is an answer: for who goes through pages.
        case given
    }

    private let destinations: AllowedDestinations
    private let limits: Limits
    private let resolver: any HostResolver
    private let redirects: Redirects
    private let kept: KeptConnections?

    /// - Parameter kept: for servers that are asked again and again.
    package init(
        destinations: AllowedDestinations, limits: Limits = Limits(), resolver: any HostResolver = SystemResolver(),
        redirects: Redirects = .refused, keeping kept: KeptConnections? = nil
    ) {
        (self.destinations, self.limits, self.resolver) = (destinations, limits, resolver)
        (self.redirects, self.kept) = (redirects, kept)
    }
}

extension GuardedHTTPClient: HTTPExchange {
    package func send(_ request: ExchangeRequest) async throws(FetchFailure) -> ExchangeResponse {
        let host = try WebAddress(checking: request.url)
        let deadline = ContinuousClock.now + limits.total
        let addresses = try await resolver.addresses(of: host.host, within: limits.total)
        // One address that is not allowed spoils the name: an attacker's DNS mixes them.
        guard addresses.allSatisfy({ destinations.allow($0, for: host) }) else { throw .destinationNotAllowed }
        var failure = FetchFailure.nameNotResolved
        for address in addresses {
            do throws(FetchFailure) {
                return try await send(request, to: host, at: address, until: deadline)
            } catch .cannotConnect {
                failure = .cannotConnect
            }
        }
        throw failure
    }

    private func send(
        _ request: ExchangeRequest, to host: WebAddress, at address: IPAddress, until deadline: ContinuousClock.Instant
    ) async throws(FetchFailure) -> ExchangeResponse {
        let place = KeptConnections.Place(host, at: address, limits)
        if let client = kept?.take(place, making: { makeClient(for: host, at: address, pool: $0) }) {
            defer { kept?.giveBack(place) }
            return try await send(request, to: host, by: client, until: deadline).get()
        }
        let client = makeClient(for: host, at: address, pool: HTTPClient.Configuration.ConnectionPool())
        let result = await send(request, to: host, by: client, until: deadline)
        // Nothing of the exchange is left that a failure to close could harm.
        try? await client.shutdown()
        return try result.get()
    }

    private func makeClient(
        for host: WebAddress, at address: IPAddress, pool: HTTPClient.Configuration.ConnectionPool
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(limits.connect), read: TimeAmount(limits.total)), connectionPool: pool)
        configuration.dnsOverride = [host.host: address.text]
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }

    private func send(
        _ request: ExchangeRequest, to host: WebAddress, by client: HTTPClient,
        until deadline: ContinuousClock.Instant
    ) async -> Result<ExchangeResponse, FetchFailure> {
        await Self.result(until: deadline) { [limits, redirects] in
            try await client.execute(outgoing(request, to: host), deadline: .distantFuture)
                .received(atMost: limits.responseBytes, redirects)
        }
    }

    private func outgoing(_ request: ExchangeRequest, to host: WebAddress) -> HTTPClientRequest {
        var outgoing = HTTPClientRequest(url: host.text)
        outgoing.method = HTTPMethod(rawValue: request.method.rawValue)
        outgoing.headers.add(name: "User-Agent", value: "vouchsafe")
        for field in request.headers { outgoing.headers.add(name: field.name.rawName, value: field.value) }
        if request.method != .get { outgoing.body = .bytes(request.body) }
        return outgoing
    }

    /// What `work` gives, or a failure once the deadline has passed; AsyncHTTPClient's own ends with the head.
    private static func result(
        until deadline: ContinuousClock.Instant,
        of work: @escaping @Sendable () async throws -> ExchangeResponse
    ) async -> Result<ExchangeResponse, FetchFailure> {
        await withTaskGroup(of: Result<ExchangeResponse, FetchFailure>.self) { group in
            group.addTask {
                do {
                    return .success(try await work())
                } catch {
                    return .failure(FetchFailure(error))
                }
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return .failure(.timedOut)
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.interrupted)
        }
    }
}

extension GuardedHTTPClient: DocumentFetcher {}

extension HTTPClientResponse {
    fileprivate func received(
        atMost limit: Int, _ redirects: GuardedHTTPClient.Redirects
    ) async throws -> ExchangeResponse {
        guard redirects == .given || !(300..<400).contains(status.code) else { throw FetchFailure.redirected }
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let buffer = try await body.collect(upTo: limit)
        return ExchangeResponse(status: Int(status.code), headers: fields, body: Array(buffer.readableBytesView))
    }
}

extension FetchFailure {
    fileprivate init(_ error: any Error) {
        switch error {
        case let failure as FetchFailure: self = failure
        case is NIOTooManyBytesError: self = .tooLarge
        case is CancellationError: self = .timedOut
        case let error as HTTPClientError where error == .connectTimeout: self = .cannotConnect
        case let error as HTTPClientError where error == .readTimeout || error == .deadlineExceeded: self = .timedOut
        case let error as HTTPClientError where error == .tlsHandshakeTimeout: self = .insecure
        case let error as IOError where Self.connectErrors.contains(error.errnoCode): self = .cannotConnect
        // By name, since the package does not depend on NIOSSL itself.
        case _ where String(reflecting: type(of: error)).hasPrefix("NIOSSL."): self = .insecure
        default: self = .interrupted
        }
    }

    private static let connectErrors: Set<CInt> = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, ETIMEDOUT]
}
