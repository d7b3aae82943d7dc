import Foundation
import Logging

/// The service manager that started this process and wants to know how far it is, by the protocol of sd_notify(3):
/// datagrams to a socket.
struct ServiceManager: Sendable {
    enum State: String {
        case ready = "READY=1"
        case stopping = "STOPPING=1"
    }

    /// A path, or `@` before a name in Linux's abstract namespace; nil if nobody wants to know.
    let socket: String?
    let logger: Logger

    /// That nobody hears it is logged and harms nothing here.
    func tell(_ state: State) {
        guard let socket, !socket.isEmpty else { return }
        guard send(state.rawValue, to: socket) else {
            return logger.warning("the service manager could not be told", metadata: ["state": "\(state.rawValue)"])
        }
    }

    private func send(_ message: String, to name: String) -> Bool {
        guard let address = Self.address(name) else { return false }
        #if canImport(Darwin)
        let descriptor = Foundation.socket(AF_UNIX, SOCK_DGRAM, 0)
        #else
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        #endif
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        // An abstract name ends where the address does, and not at a zero.
        let length = MemoryLayout<sockaddr_un>.offset(of: \.sun_path)! + name.utf8.count
        let sent = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                sendto(descriptor, bytes, bytes.count, 0, pointer, socklen_t(length))
            }
        }
        return sent == bytes.count
    }

    private static func address(_ name: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var path = Array(name.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        switch path.first {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): path[0] = 0
        default: return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        return address
    }
}
