import Foundation
import Testing

@testable import vouchsafe

/// What a service manager is told, over a real socket.
@Suite struct ServiceManagerTests {
    /// A socket that hears datagrams, as a service manager has it.
    private final class Listener: Sendable {
        private let descriptor: Int32

        init?(_ name: String) {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { path in
                path.copyBytes(from: name.utf8)
                if name.hasPrefix("@") { path[0] = 0 }
            }
            let length = socklen_t(2 + name.utf8.count)
            let bound = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
            }
            guard bound == 0 else { return nil }
        }

        deinit { close(descriptor) }

        /// What waits to be heard; empty if nothing does.
        func hear() -> String {
            var bytes = [UInt8](repeating: 0, count: 100)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
    }

    @Test("Each state is a datagram, to a path or to an abstract name", arguments: ["/tmp/vouchsafe-", "@vouchsafe-"])
    func tells(_ prefix: String) throws {
        let name = prefix + UUID().uuidString
        defer { unlink(name) }
        let listener = try #require(Listener(name))
        let log = CapturedLog()
        let manager = ServiceManager(socket: name, logger: log.logger)
        manager.tell(.ready)
        #expect(listener.hear() == "READY=1")
        manager.tell(.stopping)
        #expect(listener.hear() == "STOPPING=1")
        #expect(listener.hear() == "")
        #expect(log.lines == [])
    }

    @Test(
        "A socket that cannot be reached is logged, and that is all",
        arguments: ["/nowhere/at/all", "@nobody-listens-here", "relative", "/" + String(repeating: "x", count: 200)])
    func logsFailure(_ name: String) {
        let log = CapturedLog()
        ServiceManager(socket: name, logger: log.logger).tell(.ready)
        #expect(log.lines.count == 1)
    }

    @Test("Without a service manager nothing is told", arguments: [nil, ""])
    func nobody(_ name: String?) {
        let log = CapturedLog()
        ServiceManager(socket: name, logger: log.logger).tell(.ready)
        #expect(log.lines == [])
    }
}
