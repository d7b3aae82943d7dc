import Foundation

/// One HTTP/1.1 connection to loopback on a blocking socket: the load must cost the machine as little as possible.
final class BlockingConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    struct Answer {
        let status: Int
        let body: ArraySlice<UInt8>
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            throw BenchFailure("cannot connect to port \(port)")
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func send(_ method: String, _ path: String, headers: String = "", body: [UInt8] = []) throws -> Answer {
        let head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"
        let message = Array(head.utf8) + body
        var sent = 0
        while sent < message.count {
            let count = message[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BenchFailure("the server closed the connection") }
            sent += count
        }
        return try receive()
    }

    private func receive() throws -> Answer {
        buffer.removeAll(keepingCapacity: true)
        var headEnd: Int?
        var length = 0
        while true {
            let start = buffer.count
            buffer.append(contentsOf: repeatElement(0, count: 16384))
            let count = buffer[start...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BenchFailure("the server closed the connection") }
            buffer.removeLast(16384 - count)
            if headEnd == nil, let end = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
                headEnd = end
                length = contentLength(String(decoding: buffer[..<end], as: UTF8.self))
            }
            if let headEnd, buffer.count >= headEnd + length {
                let status = Int(String(decoding: buffer[9..<12], as: UTF8.self)) ?? 0
                return Answer(status: status, body: buffer[headEnd..<(headEnd + length)])
            }
        }
    }

    private func contentLength(_ head: String) -> Int {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            return Int(line.dropFirst(15).filter { $0 != " " }) ?? 0
        }
        return 0
    }
}

struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
