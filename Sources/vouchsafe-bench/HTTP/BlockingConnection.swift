import Foundation
import Glibc

/// One HTTP/1.1 connection to loopback on a plain socket: the load must cost the machine as little as possible. Whoever
/// calls without `await` is held up until the answer is there.
final class BlockingConnection {
    private let descriptor: Int32
    /// What was received of the answer: the first ``filled`` bytes.
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var filled = 0
    private let loop = LoadLoop.current

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

    /// A request as it is sent.
    ///
    /// - Parameter headers: whole lines, each ended by CR LF.
    static func message(_ method: String, _ path: String, headers: String = "", body: [UInt8] = []) -> [UInt8] {
        let head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"
        return Array(head.utf8) + body
    }

    static func message(posting form: String, to path: String, headers: String) -> [UInt8] {
        let type = "Content-Type: application/x-www-form-urlencoded\r\n"
        return message("POST", path, headers: type + headers, body: Array(form.utf8))
    }

    func send(_ method: String, _ path: String, headers: String = "", body: [UInt8] = []) throws -> HTTPAnswer {
        try send(Self.message(method, path, headers: headers, body: body))
    }

    func post(_ path: String, form: String, headers: String = "") throws -> HTTPAnswer {
        try send(Self.message(posting: form, to: path, headers: headers))
    }

    func send(_ message: [UInt8]) throws -> HTTPAnswer {
        try write(message)
        return try receive()
    }

    private func write(_ message: [UInt8]) throws {
        var sent = 0
        while sent < message.count {
            let count = message[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw BenchFailure("the server closed the connection") }
            sent += count
        }
    }

    private func receive() throws -> HTTPAnswer {
        filled = 0
        while true {
            try receiveMore()
            if let answer { return answer }
        }
    }

    /// What was received, if it is whole.
    private var answer: HTTPAnswer? {
        guard let start = buffer[..<filled].end(of: "\r\n\r\n") else { return nil }
        let head = Array(buffer[..<start])
        let end = start + HTTPAnswer.contentLength(head)
        return filled < end ? nil : HTTPAnswer(head: head, body: Array(buffer[start..<end]))
    }

    private func receiveMore() throws {
        if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
        let count = buffer.withUnsafeMutableBytes { bytes in
            read(descriptor, bytes.baseAddress?.advanced(by: filled), bytes.count - filled)
        }
        guard count > 0 else { throw BenchFailure("the server closed the connection") }
        filled += count
    }
}

extension BlockingConnection {
    func send(_ method: String, _ path: String, headers: String = "", body: [UInt8] = []) async throws -> HTTPAnswer {
        try await send(Self.message(method, path, headers: headers, body: body))
    }

    func post(_ path: String, form: String, headers: String = "") async throws -> HTTPAnswer {
        try await send(Self.message(posting: form, to: path, headers: headers))
    }

    /// Lets others of the thread go on until the answer is there.
    func send(_ message: [UInt8]) async throws -> HTTPAnswer {
        try write(message)
        filled = 0
        while true {
            await loop?.readable(descriptor)
            try receiveMore()
            if let answer { return answer }
        }
    }
}
