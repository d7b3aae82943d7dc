import NIOCore
import NIOEmbedded
import Testing

@testable import MessageDelivery

@Suite("Time limits of a conversation, RFC 5321 §4.5.3.2")
struct SMTPConnectionTests {
    /// A connection whose other end and clock are the test's.
    private func makeConnection() async throws -> (SMTPConnection, NIOAsyncTestingChannel) {
        let channel = NIOAsyncTestingChannel()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25))
        let connection = try await channel.testingEventLoop.submit {
            try SMTPConnection(adding: [], to: channel)
        }.get()
        return (connection, channel)
    }

    private let command = ByteBuffer(string: "NOOP\r\n")

    @Test("A reply in time is given")
    func inTime() async throws {
        let (connection, channel) = try await makeConnection()
        let reply = Task { try await connection.exchange(command, .hello, within: .seconds(30)) }
        #expect(try await channel.waitForOutboundWrite(as: ByteBuffer.self) == command)
        await channel.testingEventLoop.advanceTime(by: .seconds(29))
        try await channel.writeInbound(ByteBuffer(string: "250 ok\r\n"))
        #expect(try await reply.value == SMTPReply(code: 250, lines: ["ok"]))
        // The clock of the first exchange has stopped.
        let second = Task { try await connection.exchange(command, .sender, within: .seconds(30)) }
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        await channel.testingEventLoop.advanceTime(by: .seconds(20))
        try await channel.writeInbound(ByteBuffer(string: "250 ok\r\n"))
        #expect(try await second.value.code == 250)
    }

    @Test("Silence ends the conversation, and what comes later is not heard")
    func silence() async throws {
        let (connection, channel) = try await makeConnection()
        let reply = Task { try await connection.exchange(command, .recipient, within: .seconds(30)) }
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        await channel.testingEventLoop.advanceTime(by: .seconds(30))
        await #expect(throws: DeliveryFailure.timedOut(.recipient)) { try await reply.value }
        await #expect(throws: DeliveryFailure.timedOut(.farewell)) {
            try await connection.exchange(command, .farewell, within: .seconds(30))
        }
    }

    @Test("Lines that drip in do not stretch the time")
    func dripping() async throws {
        let (connection, channel) = try await makeConnection()
        let reply = Task { try await connection.exchange(command, .hello, within: .seconds(30)) }
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        for _ in 0..<3 {
            await channel.testingEventLoop.advanceTime(by: .seconds(10))
            if channel.isActive { try await channel.writeInbound(ByteBuffer(string: "250-more\r\n")) }
        }
        await #expect(throws: DeliveryFailure.timedOut(.hello)) { try await reply.value }
    }

    @Test("A connection that ends takes the exchange with it, and every later one")
    func end() async throws {
        let (connection, channel) = try await makeConnection()
        let reply = Task { try await connection.exchange(command, .content, within: .seconds(30)) }
        _ = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        try await channel.close()
        await #expect(throws: DeliveryFailure.connectionLost(.content)) { try await reply.value }
        await #expect(throws: DeliveryFailure.connectionLost(.sender)) {
            try await connection.exchange(command, .sender, within: .seconds(30))
        }
    }
}

@Suite("Credentials, RFC 4954 §4")
struct SMTPCredentialsTests {
    @Test("Without encryption, credentials are not sent to another machine, whoever took the offer away")
    func otherMachine() async throws {
        let channel = NIOAsyncTestingChannel()
        try await channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 25))
        let connection = try await channel.testingEventLoop.submit {
            try SMTPConnection(adding: [], to: channel)
        }.get()
        let settings = try Samples.settings(
            port: 25, security: .startTLSIfOffered, credentials: Samples.credentials(), host: "mail.example.org")
        let mail = ComposedMail(
            try Samples.message(), from: settings.sender, to: try EmailAddress("ana@example.org"))
        let delivery = Task {
            try await SMTPDialogue(connection: connection, settings: settings, tls: nil).deliver(mail)
        }
        try await channel.writeInbound(ByteBuffer(string: "220 mail.example.org\r\n"))
        let hello = try await channel.waitForOutboundWrite(as: ByteBuffer.self)
        #expect(hello == ByteBuffer(string: "EHLO client.example.com\r\n"))
        try await channel.writeInbound(ByteBuffer(string: "250-mail.example.org\r\n250 AUTH PLAIN\r\n"))
        await #expect(throws: DeliveryFailure.authenticationNeedsEncryption) { try await delivery.value }
        #expect(try await channel.readOutbound(as: ByteBuffer.self) == nil)
    }
}

@Suite("Replies of mail servers, RFC 5321 §4.2")
struct SMTPReplyTests {
    @Test(
        "Enhanced codes are read where they are of the reply's class",
        arguments: [
            ("550 5.1.1 no such user", "550 5.1.1"), ("250 2.0.0", "250 2.0.0"), ("550 4.1.1 other class", "550"),
            ("550 5.1 short", "550"), ("550 5.1.1.1 long", "550"), ("550 5.1.x", "550"), ("550 5.1.1234", "550"),
            ("550", "550"), ("550 ana@example.org", "550"),
        ])
    func status(line: String, expected: String) throws {
        var reader = SMTPReplyReader()
        var bytes = ByteBuffer(string: line + "\r\n")
        reader.append(&bytes)
        #expect(try reader.next()?.status.description == expected)
        #expect(reader.isEmpty)
    }

    @Test("A reply comes out the same however its bytes come in")
    func chunks() throws {
        let text = "250-mail.example\r\n250-SIZE 10\r\n250 HELP\r\n"
        let expected = SMTPReply(code: 250, lines: ["mail.example", "SIZE 10", "HELP"])
        for cut in 1..<text.utf8.count {
            var reader = SMTPReplyReader()
            var first = ByteBuffer(bytes: text.utf8.prefix(cut))
            reader.append(&first)
            #expect(try reader.next() == nil)
            #expect(!reader.isEmpty)
            var second = ByteBuffer(bytes: text.utf8.dropFirst(cut))
            reader.append(&second)
            #expect(try reader.next() == expected)
            #expect(try reader.next() == nil)
            #expect(reader.isEmpty)
        }
    }

    @Test("What a server can do is read whatever the case of its letters")
    func extensions() {
        let extensions = SMTPExtensions([
            "STARTTLS", "starttls", "Auth=LOGIN plain", "AUTH CRAM-MD5", "SIZE", "8BitMIME", "x",
        ])
        #expect(extensions.startTLS)
        #expect(extensions.mechanisms == ["LOGIN", "PLAIN", "CRAM-MD5"])
        #expect(extensions.size)
        #expect(extensions.maximumMessageBytes == nil)
        #expect(extensions.eightBitMIME)
        #expect(!extensions.internationalAddresses)
        // The first line is the server's name.
        #expect(!SMTPExtensions(["STARTTLS"]).startTLS)
    }
}
