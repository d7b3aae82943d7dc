import MessageDelivery
import NIOPosix
import Testing

@Suite("Settings of a mail server")
struct SettingsTests {
    private func fault(
        host: String = "mail.example.org", port: Int = 587, _ security: SMTPSettings.Security = .startTLS,
        clientName: String = "client.example.org"
    ) throws -> SMTPSettingsFault? {
        let sender = try Samples.sender()
        do throws(SMTPSettingsFault) {
            _ = try SMTPSettings(
                host: host, port: port, security: security, credentials: nil, sender: sender, clientName: clientName)
            return nil
        } catch {
            return error
        }
    }

    @Test("Without encryption mail goes to this machine only")
    func unencrypted() throws {
        for host in ["localhost", "127.0.0.1", "127.8.0.1", "::1"] { #expect(try fault(host: host, .none) == nil) }
        for host in ["mail.example.org", "10.0.0.1", "localhost.example.org", "128.0.0.1", "::2", "127.0.0.1.example"] {
            #expect(try fault(host: host, .none) == .unencryptedToOtherMachine)
            for security in [SMTPSettings.Security.implicitTLS, .startTLS, .startTLSIfOffered] {
                #expect(try fault(host: host, security) == nil)
            }
        }
    }

    @Test("Names and ports are checked")
    func names() throws {
        for host in ["", "a b", "a\r\nb", "mail/example", "[::1]", String(repeating: "a", count: 254)] {
            #expect(try fault(host: host) == .malformedHost)
        }
        for port in [0, -1, 65_536] { #expect(try fault(port: port) == .malformedPort) }
        for name in ["", "a b", "a\r\nMAIL FROM:<x>", "[a\r\n]", "[", "é"] {
            #expect(try fault(clientName: name) == .malformedClientName)
        }
        #expect(try fault(clientName: "[192.0.2.1]") == nil)
        #expect(try fault(clientName: "[IPv6:2001:db8::1]") == nil)
    }

    @Test("Credentials are not empty, fit one command, and hold no NUL")
    func credentials() throws {
        for (username, password) in [("", "p"), ("u", ""), ("u\0", "p"), ("u", "\0p")] {
            #expect(throws: SMTPSettingsFault.malformedCredentials) {
                try SMTPCredentials(username: username, password: password)
            }
        }
        #expect(throws: SMTPSettingsFault.malformedCredentials) {
            try SMTPCredentials(username: "u", password: String(repeating: "p", count: 360))
        }
    }

    @Test("A file that holds no certificates stops the start")
    func certificates() throws {
        let settings = try Samples.settings(port: 25, security: .startTLS, certificatesFile: "/nonexistent.pem")
        #expect(throws: SMTPSettingsFault.unreadableCertificates) {
            try SMTPClient(settings, group: .singletonMultiThreadedEventLoopGroup, logger: Samples.logger)
        }
    }
}

@Suite("What is not to be read in logs")
struct RedactionTests {
    @Test("Neither credentials nor messages show what they hold")
    func descriptions() throws {
        let credentials = try SMTPCredentials(username: "user-name", password: "pass-word")
        let message = try Samples.message(to: "ana@example.org", subject: "subject", text: "123456")
        let secrets = try #require(WebhookSecrets(bearer: "bear-er", signingKey: Array("sign-ing".utf8)))
        for value in [credentials, message, secrets] as [Any] {
            var text = "\(value) \(String(reflecting: value))"
            dump(value, to: &text)
            for secret in ["user-name", "pass-word", "ana@", "subject", "123456", "bear-er", "115, 105, 103, 110"] {
                #expect(!text.contains(secret), "\(text)")
            }
        }
    }

    @Test("Every failure has a sentence without an address, and only some are worth another attempt")
    func failures() {
        let (later, never) = (SMTPStatus(code: 451, enhanced: "4.7.1"), SMTPStatus(code: 550, enhanced: nil))
        let transient: [DeliveryFailure] = [
            .cannotConnect, .connectionLost(.content), .timedOut(.greeting), .serviceRefused(later),
            .authenticationRefused(later), .senderRefused(later), .recipientRefused(later), .contentRefused(later),
            .webhookUnreachable, .webhookTimedOut, .webhookRefused(status: 503), .webhookRefused(status: 429),
        ]
        let permanent: [DeliveryFailure] = [
            .unsupportedRecipient, .unsupportedAttachments, .protocolViolation(.hello), .encryptionNotOffered,
            .encryptionFailed, .authenticationNotOffered, .authenticationNeedsEncryption, .serviceRefused(never),
            .authenticationRefused(never), .senderRefused(never), .recipientRefused(never), .contentRefused(never),
            .messageTooLarge(limit: 5), .internationalAddressUnsupported, .fileNotWritable(errno: 2),
            .webhookRefused(status: 401),
        ]
        for failure in transient { #expect(failure.isTransient) }
        for failure in permanent { #expect(!failure.isTransient) }
        #expect(Set((transient + permanent).map { "\($0)" }).count == transient.count + permanent.count)
        #expect("\(DeliveryFailure.recipientRefused(later))" == "the mail server refused the recipient: 451 4.7.1")
    }
}
