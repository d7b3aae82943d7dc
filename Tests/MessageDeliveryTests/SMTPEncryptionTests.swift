import MessageDelivery
import NIOCore
import Testing

private typealias Step = FakeMailServer.Step

@Suite("Mail over TLS, RFC 3207 and RFC 8314")
struct SMTPEncryptionTests {
    private static let offer: [Step] = [
        .say("220 mail.example"), .hear("EHLO"), .sayRaw("250-mail.example\r\n250 STARTTLS\r\n"),
    ]
    private static let begin: [Step] = offer + [.hear("STARTTLS"), .say("220 go"), .encrypt]
    private static let delivery: [Step] = [
        .hear("MAIL FROM:<no-reply@example.com>"), .say("250 ok"), .hear("RCPT TO"), .say("250 ok"), .hear("DATA"),
        .say("354 go"), .hearContent, .say("250 ok"), .hear("QUIT"), .say("221 bye"),
    ]

    private func send(
        _ script: [Step], _ security: SMTPSettings.Security, encrypted: Bool = false, host: String = "localhost",
        trusted: Bool = true, credentials: SMTPCredentials? = nil
    ) async throws -> [String] {
        try await TestAuthority.withCertificateFile { path in
            try await FakeMailServer.run(script, encrypted: encrypted) { port, group in
                let settings = try Samples.settings(
                    port: port, security: security, credentials: credentials, host: host,
                    certificatesFile: trusted ? path : nil)
                try await SMTPClient(settings, group: group, logger: Samples.logger).send(Samples.message())
            }
        }
    }

    @Test(
        "With STARTTLS nothing but the greeting is said before, and the server is greeted again",
        arguments: [
            SMTPSettings.Security.startTLS, .startTLSIfOffered,
        ])
    func startTLS(security: SMTPSettings.Security) async throws {
        let script: [Step] =
            Self.begin + [
                .hear("EHLO"), .sayRaw("250-mail.example\r\n250 AUTH PLAIN\r\n"), .hear("AUTH PLAIN"), .say("235 ok"),
            ] + Self.delivery
        let heard = try await send(script, security, credentials: Samples.credentials())
        #expect(heard[1] == "STARTTLS")
        #expect(heard[2].hasPrefix("EHLO "))
        #expect(heard.last == "QUIT")
    }

    @Test("With implicit TLS everything is encrypted")
    func implicitTLS() async throws {
        let script: [Step] =
            [.say("220 mail.example"), .hear("EHLO"), .say("250 mail.example")] + Self.delivery
        #expect(try await send(script, .implicitTLS, encrypted: true).last == "QUIT")
    }

    @Test("Where encryption is required, a server without it gets nothing")
    func notOffered() async throws {
        let script: [Step] = [.say("220 m"), .hear("EHLO"), .say("250 mail.example"), .hear("MAIL")]
        await #expect(throws: DeliveryFailure.encryptionNotOffered) { try await send(script, .startTLS) }
        let refused = Self.offer + [.hear("STARTTLS"), .say("454 4.7.0 not now")]
        for security in [SMTPSettings.Security.startTLS, .startTLSIfOffered] {
            await #expect(throws: DeliveryFailure.serviceRefused(SMTPStatus(code: 454, enhanced: "4.7.0"))) {
                try await send(refused, security)
            }
        }
    }

    @Test("Where it is not, mail goes without, and credentials only to this machine")
    func optional() async throws {
        let script: [Step] = [.say("220 m"), .hear("EHLO"), .say("250 mail.example")] + Self.delivery
        #expect(try await send(script, .startTLSIfOffered).last == "QUIT")
    }

    @Test(
        "A certificate that nobody trusts, or of another name, ends the conversation",
        arguments: [
            SMTPSettings.Security.startTLS, .startTLSIfOffered, .implicitTLS,
        ])
    func certificate(security: SMTPSettings.Security) async throws {
        let isImplicit = security == .implicitTLS
        let script = isImplicit ? [.say("220 m"), .hear("EHLO")] : Self.begin + [.hear("EHLO"), .say("250 m")]
        await #expect(throws: DeliveryFailure.encryptionFailed) {
            try await send(script, security, encrypted: isImplicit, trusted: false)
        }
        // The certificate has no address.
        await #expect(throws: DeliveryFailure.encryptionFailed) {
            try await send(script, security, encrypted: isImplicit, host: "127.0.0.1")
        }
    }

    @Test("A server that does not speak TLS at its port ends the conversation")
    func noTLS() async throws {
        await #expect(throws: DeliveryFailure.encryptionFailed) { try await send([.say("220 m")], .implicitTLS) }
        let plain: [Step] =
            Self.offer + [.hear("STARTTLS"), .say("220 go"), .hearBytes, .say("250 not encrypted"), .hear("EHLO")]
        await #expect(throws: DeliveryFailure.encryptionFailed) { try await send(plain, .startTLS) }
    }

    @Test(
        "What stands behind the consent to STARTTLS, before encryption, is a violation",
        arguments: [
            "250 injected\r\n", "250-half", "2",
        ])
    func injection(text: String) async throws {
        let script: [Step] = Self.offer + [.hear("STARTTLS"), .sayRaw("220 go\r\n" + text), .encrypt]
        await #expect(throws: DeliveryFailure.protocolViolation(.encryption)) { try await send(script, .startTLS) }
    }
}
