import Foundation
import NIOCore
import NIOPosix
package import Verifier

/// Finds the addresses of a host, in the order they should be tried.
package protocol HostResolver: Sendable {
    func addresses(of host: String, within limit: Duration) async throws(FetchFailure) -> [IPAddress]
}

/// The operating system's resolver.
package struct SystemResolver: HostResolver {
    package init() {}

    package func addresses(of host: String, within limit: Duration) async throws(FetchFailure) -> [IPAddress] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let promise = loop.makePromise(of: [IPAddress].self)
        // getaddrinfo cannot be cancelled: past the limit its answer is not waited for.
        let timeout = loop.scheduleTask(in: TimeAmount(limit)) { promise.fail(FetchFailure.timedOut) }
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) { Self.lookUp(host) }.cascade(to: promise)
        defer { timeout.cancel() }
        do {
            let addresses = try await promise.futureResult.get()
            guard !addresses.isEmpty else { throw FetchFailure.nameNotResolved }
            return addresses
        } catch {
            throw error as? FetchFailure ?? .nameNotResolved
        }
    }

    private static func lookUp(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
        hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { $0.flatMap(address) }
    }

    private static func address(_ entry: UnsafeMutablePointer<addrinfo>) -> IPAddress? {
        guard let pointer = entry.pointee.ai_addr else { return nil }
        switch entry.pointee.ai_family {
        case AF_INET:
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                .v4(withUnsafeBytes(of: address.pointee.sin_addr) { Array($0) })
            }
        case AF_INET6:
            return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                .v6(withUnsafeBytes(of: address.pointee.sin6_addr) { Array($0) })
            }
        default: return nil
        }
    }
}
