import Crypto
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// A mail server on loopback that says and hears what a test tells it to.
enum FakeMailServer {
    enum Step: Sendable {
        /// Sends this, line ends added.
        case say(String)
        /// Sends exactly this.
        case sayRaw(String)
        /// Waits for a line that begins with this.
        case hear(String)
        /// Waits for anything at all.
        case hearBytes
        /// Waits for the line with a dot alone.
        case hearContent
        /// Encrypts what follows.
        case encrypt
        case hangUp
    }

    /// Runs `body` with the port of a server that follows `script`, and gives the lines that it heard.
    static func run(
        _ script: [Step], encrypted: Bool = false,
        _ body: (Int, any EventLoopGroup) async throws -> Void
    ) async throws -> [String] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let log = ServerLog()
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if encrypted { try channel.pipeline.syncOperations.addHandler(TestAuthority.serverHandler()) }
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script, log))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        var failure: (any Error)?
        do {
            try await body(server.localAddress?.port ?? 0, group)
        } catch {
            failure = error
        }
        try await server.close()
        try await group.shutdownGracefully()
        if let failure { throw failure }
        return log.lines
    }
}

/// What servers heard, in order.
final class ServerLog: Sendable {
    private let heard = Mutex<[String]>([])

    var lines: [String] { heard.withLock { $0 } }

    func append(_ line: String) { heard.withLock { $0.append(line) } }
}

/// Follows a script on one connection.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var script: ArraySlice<FakeMailServer.Step>
    private let log: ServerLog
    private var buffer: [UInt8] = []

    init(_ script: [FakeMailServer.Step], _ log: ServerLog) {
        (self.script, self.log) = (script[...], log)
    }

    func channelActive(context: ChannelHandlerContext) { advance(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer += Array(unwrapInboundIn(data).readableBytesView)
        advance(context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func advance(_ context: ChannelHandlerContext) {
        while let step = script.first {
            switch step {
            case .say(let text): send(text + "\r\n", context)
            case .sayRaw(let text): send(text, context)
            case .hear(let prefix):
                guard let line = nextLine() else { return }
                log.append(line)
                guard line.hasPrefix(prefix) else { return context.close(promise: nil) }
            case .hearBytes:
                guard !buffer.isEmpty else { return }
            case .hearContent:
                while true {
                    guard let line = nextLine() else { return }
                    if line == "." { break }
                    log.append(line)
                }
            case .encrypt:
                try? context.pipeline.syncOperations.addHandler(TestAuthority.serverHandler(), position: .first)
            case .hangUp:
                context.close(promise: nil)
                script = []
                return
            }
            script = script.dropFirst()
        }
    }

    private func send(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func nextLine() -> String? {
        guard let end = buffer.firstIndex(of: 0x0A) else { return nil }
        defer { buffer.removeFirst(end + 1) }
        return String(decoding: buffer[..<end].dropLast(), as: UTF8.self)
    }
}

/// A certificate for this machine's names, made for one run of the tests.
enum TestAuthority {
    private static let key = P256.Signing.PrivateKey()

    private static let certificate: Certificate = {
        do {
            let name = try DistinguishedName { CommonName("localhost") }
            return try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
                notValidBefore: Date(timeIntervalSince1970: 1_600_000_000),
                notValidAfter: Date(timeIntervalSince1970: 4_000_000_000), issuer: name, subject: name,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions {
                    SubjectAlternativeNames([.dnsName("localhost")])
                }, issuerPrivateKey: .init(key))
        } catch {
            fatalError("no certificate for the tests: \(error)")
        }
    }()

    private static let context: NIOSSLContext = {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.serializeAsPEM().pemString.utf8))
            let privateKey = try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)
            return try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey)))
        } catch {
            fatalError("no TLS for the tests: \(error)")
        }
    }()

    static func serverHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }

    /// Runs `body` with a file that holds the certificate.
    static func withCertificateFile<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let path = NSTemporaryDirectory() + "mail-certificate-\(UUID().uuidString).pem"
        try Data(certificate.serializeAsPEM().pemString.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}
