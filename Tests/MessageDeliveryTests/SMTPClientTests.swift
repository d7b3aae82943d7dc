import Foundation
import MessageDelivery
import NIOCore
import Testing

private typealias Step = FakeMailServer.Step

@Suite("Handing mail over, RFC 5321")
struct SMTPClientTests {
    private static let greeting: [Step] = [.say("220 mail.example ESMTP"), .hear("EHLO client.example.com")]
    private static let envelope: [Step] = [
        .hear("MAIL FROM:<no-reply@example.com>"), .say("250 ok"), .hear("RCPT TO:<ana@example.org>"), .say("250 ok"),
    ]
    private static let content: [Step] = [
        .hear("DATA"), .say("354 go on"), .hearContent, .say("250 2.0.0 queued"), .hear("QUIT"), .say("221 bye"),
    ]
    private static let plain: [Step] = greeting + [.say("250 mail.example")] + envelope + content

    /// What the server heard while `message` was sent to it.
    private func send(
        _ script: [Step], security: SMTPSettings.Security = .none, credentials: SMTPCredentials? = nil,
        message: OutgoingMessage? = nil, sender: MailSender? = nil
    ) async throws -> [String] {
        let message = try message ?? Samples.message()
        return try await FakeMailServer.run(script) { port, group in
            let settings = try Samples.settings(
                port: port, security: security, credentials: credentials, sender: sender)
            try await SMTPClient(settings, group: group, logger: Samples.logger).send(message)
        }
    }

    private func expect(
        _ failure: DeliveryFailure, _ script: [Step], security: SMTPSettings.Security = .none,
        credentials: SMTPCredentials? = nil, message: OutgoingMessage? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        await #expect(throws: failure, sourceLocation: sourceLocation) {
            try await send(script, security: security, credentials: credentials, message: message)
        }
    }

    @Test("A message goes through the dialogue and arrives as composed, dots at line begins intact")
    func delivery() async throws {
        let message = try Samples.message(text: ".\n..hidden\nYour code is 123456.\n")
        let heard = try await send(Self.plain, message: message)
        #expect(
            heard[0...3] == [
                "EHLO client.example.com", "MAIL FROM:<no-reply@example.com>", "RCPT TO:<ana@example.org>", "DATA",
            ])
        #expect(heard.last == "QUIT")
        let body = heard.drop { !$0.isEmpty }.dropFirst().dropLast()
        // As sent: each dot at a line's begin is doubled.
        #expect(body == ["..", "...hidden", "Your code is 123456."])
        #expect(heard.contains("From: \"Registry\" <no-reply@example.com>"))
    }

    @Test("Replies of several lines are read whole")
    func multilineReplies() async throws {
        let script: [Step] =
            [
                .say("220-mail.example"), .sayRaw("220-We do not"), .sayRaw(" like spam\r\n220 \r\n"), .hear("EHLO"),
                .sayRaw("250-mail.example\r\n250-SIZE 100000\r\n250-AUTH=LOGIN PLAIN\r\n250-\r\n250 HELP\r\n"),
                .hear("MAIL FROM:<no-reply@example.com> SIZE="), .sayRaw("250\r\n"), .hear("RCPT TO"),
                .say("251 will forward"),
            ] + Self.content
        #expect(try await send(script).contains("RCPT TO:<ana@example.org>"))
    }

    @Test("A phone number is no recipient of mail")
    func phoneNumber() async throws {
        let message = try OutgoingMessage(
            to: .phoneNumber(PhoneNumber("+34600000000")), subject: "", text: "x", date: Samples.date)
        await expect(.unsupportedRecipient, [], message: message)
    }

    @Test("Each step's refusal is told apart, with the server's codes")
    func refusals() async throws {
        func status(_ code: Int, _ enhanced: String? = nil) -> SMTPStatus { SMTPStatus(code: code, enhanced: enhanced) }
        await expect(.serviceRefused(status(554)), [.say("554 no service here")])
        await expect(.serviceRefused(status(421, "4.3.2")), [.say("421 4.3.2 later")])
        await expect(.serviceRefused(status(502)), Self.greeting + [.say("502 what is EHLO?")])
        let hello = Self.greeting + [.say("250 mail.example")]
        await expect(.senderRefused(status(550, "5.7.1")), hello + [.hear("MAIL"), .say("550 5.7.1 not you")])
        let sender = hello + [.hear("MAIL"), .say("250 ok")]
        await expect(
            .recipientRefused(status(550, "5.1.1")),
            sender + [.hear("RCPT"), .say("550-5.1.1 no such user"), .say("550 5.1.1 ana@example.org")])
        await expect(.recipientRefused(status(450, "4.2.1")), sender + [.hear("RCPT"), .say("450 4.2.1 full")])
        let recipient = sender + [.hear("RCPT"), .say("250 ok")]
        await expect(.contentRefused(status(451)), recipient + [.hear("DATA"), .say("451 4.x.1 not now")])
        await expect(
            .contentRefused(status(554, "5.6.0")),
            recipient + [.hear("DATA"), .say("354 go"), .hearContent, .say("554 5.6.0 spam")])
    }

    @Test("What is no answer to the step is a violation, and an end is an end")
    func violations() async throws {
        await expect(.protocolViolation(.greeting), [.say("HTTP/1.1 400 Bad Request")])
        await expect(.protocolViolation(.greeting), [.sayRaw("220 bare line feed\n")])
        await expect(.protocolViolation(.greeting), [.say("250 not a greeting")])
        await expect(.protocolViolation(.greeting), [.say("220-a"), .say("250 b")])
        await expect(.protocolViolation(.greeting), [.say("22")])
        await expect(.protocolViolation(.greeting), [.say("220+x")])
        await expect(.protocolViolation(.greeting), [.say("999 x")])
        await expect(.protocolViolation(.greeting), [.sayRaw(String(repeating: "2", count: 5000))])
        await expect(
            .protocolViolation(.greeting), [.sayRaw(String(repeating: "220-x\r\n", count: 200))])
        await expect(.connectionLost(.greeting), [.hangUp])
        await expect(.connectionLost(.greeting), [.sayRaw("220 mail"), .hangUp])
        await expect(.connectionLost(.hello), Self.greeting + [.hangUp])
        let hello = Self.greeting + [.say("250 mail.example")]
        await expect(.connectionLost(.sender), hello + [.hear("MAIL"), .hangUp])
        await expect(.protocolViolation(.sender), hello + [.hear("MAIL"), .say("354 go on")])
        let recipient = hello + Self.envelope
        await expect(.protocolViolation(.content), recipient + [.hear("DATA"), .say("250 ok")])
        await expect(
            .connectionLost(.content), recipient + [.hear("DATA"), .say("354 go"), .hearContent, .hangUp])
    }

    @Test("Replies to commands that were not sent are a violation")
    func earlyReplies() async throws {
        await expect(.protocolViolation(.hello), [.sayRaw("220 a\r\n25"), .hear("EHLO")])
        for text in ["220 a\r\n250 b\r\n", "220 a\r\n250 b\r\n250 c\r\n"] {
            // At which step it shows depends on which of the two programs is faster.
            let violations = [DeliveryFailure.protocolViolation(.greeting), .protocolViolation(.hello)]
            await #expect {
                try await send([.sayRaw(text), .hear("EHLO")])
            } throws: { error in
                violations.contains { $0 == error as? DeliveryFailure }
            }
        }
    }

    @Test("A server that nobody runs cannot be connected to")
    func noServer() async throws {
        var port = 0
        _ = try await FakeMailServer.run([]) { free, _ in port = free }
        await #expect(throws: DeliveryFailure.cannotConnect) {
            try await FakeMailServer.run([]) { _, group in
                try await SMTPClient(
                    Samples.settings(port: port), group: group, logger: Samples.logger
                ).send(Samples.message())
            }
        }
    }

    @Test("A message larger than the server takes is not sent, and a limit of nothing is none")
    func size() async throws {
        await expect(
            .messageTooLarge(limit: 100), Self.greeting + [.sayRaw("250-mail.example\r\n250 SIZE 100\r\n")])
        let script =
            Self.greeting + [.sayRaw("250-mail.example\r\n250 SIZE 0\r\n")] + Self.envelope + Self.content
        let heard = try await send(script)
        #expect(heard.contains { $0.hasPrefix("MAIL FROM:<no-reply@example.com> SIZE=") })
    }

    @Test("Addresses outside ASCII need a server with SMTPUTF8")
    func internationalAddresses() async throws {
        let message = try Samples.message(to: "añá@bücher.example")
        for extensions in ["250 mail.example", "250-mail.example\r\n250 8BITMIME", "250-m\r\n250 SMTPUTF8"] {
            await expect(
                .internationalAddressUnsupported, Self.greeting + [.say(extensions)], message: message)
        }
        let script: [Step] =
            Self.greeting + [
                .sayRaw("250-mail.example\r\n250-8bitmime\r\n250 smtputf8\r\n"),
                .hear("MAIL FROM:<no-reply@example.com> BODY=8BITMIME SMTPUTF8"), .say("250 ok"),
                .hear("RCPT TO:<añá@bücher.example>"), .say("250 ok"),
            ] + Self.content
        #expect(try await send(script, message: message).contains("To: <añá@bücher.example>"))
    }

    @Test("Credentials go by PLAIN, or by LOGIN where there is no PLAIN")
    func authentication() async throws {
        let plainLine = Data("\0user\0pässword".utf8).base64EncodedString()
        let plain =
            Self.greeting + [
                .sayRaw("250-mail.example\r\n250 AUTH LOGIN PLAIN XOAUTH2\r\n"), .hear("AUTH PLAIN " + plainLine),
                .say("235 2.7.0 welcome"),
            ] + Self.envelope + Self.content
        #expect(try await send(plain, credentials: Samples.credentials()).count > 5)
        let login: [Step] =
            Self.greeting + [
                .sayRaw("250-mail.example\r\n250 auth login\r\n"), .hear("AUTH LOGIN"), .say("334 VXNlcm5hbWU6"),
                .hear("dXNlcg=="), .say("334 UGFzc3dvcmQ6"), .hear(Data("pässword".utf8).base64EncodedString()),
                .say("235 welcome"),
            ] + Self.envelope + Self.content
        #expect(try await send(login, credentials: Samples.credentials()).count > 7)
    }

    @Test("Refused credentials, and a server without a known mechanism, are told apart")
    func authenticationRefused() async throws {
        let credentials = try Samples.credentials()
        await expect(
            .authenticationNotOffered, Self.greeting + [.say("250 mail.example")], credentials: credentials)
        await expect(
            .authenticationNotOffered, Self.greeting + [.sayRaw("250-m\r\n250 AUTH GSSAPI\r\n")],
            credentials: credentials)
        let offered = Self.greeting + [.sayRaw("250-m\r\n250 AUTH PLAIN LOGIN\r\n")]
        await expect(
            .authenticationRefused(SMTPStatus(code: 535, enhanced: "5.7.8")),
            offered + [.hear("AUTH PLAIN"), .say("535 5.7.8 wrong")], credentials: credentials)
        await expect(
            .protocolViolation(.authentication), offered + [.hear("AUTH PLAIN"), .say("334 ")],
            credentials: credentials)
    }
}
