import Foundation
import NIOCore
import NIOSSL

/// One message's way through a connection, RFC 5321 §3.3.
struct SMTPDialogue: Sendable {
    let connection: SMTPConnection
    let settings: SMTPSettings
    /// For STARTTLS.
    let tls: NIOSSLContext?

    func deliver(_ mail: ComposedMail) async throws(DeliveryFailure) -> SMTPStatus {
        try await expect([220], from: nil, .greeting) { .serviceRefused($0) }
        var extensions = try await hello(.hello)
        let isEncrypted = try await encrypt(&extensions)
        try await authenticate(extensions, isEncrypted: isEncrypted)
        try await announce(mail, extensions)
        let status = try await transfer(mail)
        await bidFarewell()
        return status
    }

    private func hello(_ step: SMTPStep) async throws(DeliveryFailure) -> SMTPExtensions {
        let reply = try await expect([250], from: "EHLO " + settings.clientName, step) { .serviceRefused($0) }
        return SMTPExtensions(reply.lines)
    }

    /// RFC 3207 §4. Whatever the server said before is forgotten. Returns whether the connection is encrypted.
    private func encrypt(_ extensions: inout SMTPExtensions) async throws(DeliveryFailure) -> Bool {
        switch settings.security {
        case .implicitTLS: return true
        case .none: return false
        case .startTLSIfOffered where !extensions.startTLS: return false
        case .startTLS, .startTLSIfOffered: break
        }
        guard let tls, extensions.startTLS else { throw .encryptionNotOffered }
        try await expect([220], from: "STARTTLS", .encryption) { .serviceRefused($0) }
        try await connection.encrypt(tls, host: settings.serverName)
        extensions = try await hello(.encryption)
        return true
    }

    /// RFC 4954 §4: PLAIN (RFC 4616), or LOGIN where there is nothing else.
    private func authenticate(
        _ extensions: SMTPExtensions, isEncrypted: Bool
    ) async throws(DeliveryFailure) {
        guard let credentials = settings.credentials else { return }
        guard isEncrypted || settings.isLoopback else { throw .authenticationNeedsEncryption }
        let (username, password) = (credentials.username, credentials.password)
        if extensions.mechanisms.contains("PLAIN") {
            let response = Data("\0\(username)\0\(password)".utf8).base64EncodedString()
            try await expect([235], from: "AUTH PLAIN " + response, .authentication) { .authenticationRefused($0) }
        } else if extensions.mechanisms.contains("LOGIN") {
            for (command, code) in [
                ("AUTH LOGIN", 334), (Data(username.utf8).base64EncodedString(), 334),
                (Data(password.utf8).base64EncodedString(), 235),
            ] {
                try await expect([code], from: command, .authentication) { .authenticationRefused($0) }
            }
        } else {
            throw .authenticationNotOffered
        }
    }

    /// The envelope: who it is from and for.
    private func announce(_ mail: ComposedMail, _ extensions: SMTPExtensions) async throws(DeliveryFailure) {
        if let limit = extensions.maximumMessageBytes, mail.bytes.count > limit { throw .messageTooLarge(limit: limit) }
        var parameters = extensions.size ? " SIZE=\(mail.bytes.count)" : ""
        if mail.isInternational {
            // RFC 6531 §3.6: whoever takes SMTPUTF8 takes 8BITMIME, and header fields need it here.
            guard extensions.internationalAddresses, extensions.eightBitMIME else {
                throw .internationalAddressUnsupported
            }
            parameters += " BODY=8BITMIME SMTPUTF8"
        }
        try await expect([250], from: "MAIL FROM:<\(mail.sender.text)>" + parameters, .sender) { .senderRefused($0) }
        try await expect([250, 251, 252], from: "RCPT TO:<\(mail.recipient.text)>", .recipient) {
            .recipientRefused($0)
        }
    }

    private func transfer(_ mail: ComposedMail) async throws(DeliveryFailure) -> SMTPStatus {
        try await expect([354], from: "DATA", .content) { .contentRefused($0) }
        let reply = try await connection.exchange(
            ByteBuffer(bytes: mail.dotStuffed), .content, within: settings.timeouts.content)
        return try check(reply, [250], .content) { .contentRefused($0) }.status
    }

    /// The message is the server's by now, however this goes.
    private func bidFarewell() async {
        _ = try? await connection.exchange(ByteBuffer(string: "QUIT\r\n"), .farewell, within: .seconds(2))
    }

    @discardableResult
    private func expect(
        _ codes: Set<Int>, from command: String?, _ step: SMTPStep,
        refusal: (SMTPStatus) -> DeliveryFailure
    ) async throws(DeliveryFailure) -> SMTPReply {
        let bytes = command.map { ByteBuffer(string: $0 + "\r\n") }
        let reply = try await connection.exchange(bytes, step, within: settings.timeouts.reply)
        return try check(reply, codes, step, refusal: refusal)
    }

    private func check(
        _ reply: SMTPReply, _ codes: Set<Int>, _ step: SMTPStep, refusal: (SMTPStatus) -> DeliveryFailure
    ) throws(DeliveryFailure) -> SMTPReply {
        if codes.contains(reply.code) { return reply }
        // Other codes of success are answers to something else.
        throw reply.code >= 400 ? refusal(reply.status) : .protocolViolation(step)
    }
}
