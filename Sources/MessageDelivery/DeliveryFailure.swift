/// Why a message has not been handed over. Holds no address, text, code or secret.
package enum DeliveryFailure: Error, Equatable {
    /// The channel does not reach this kind of recipient.
    case unsupportedRecipient
    /// The channel carries text only.
    case unsupportedAttachments

    case cannotConnect
    case connectionLost(SMTPStep)
    case timedOut(SMTPStep)
    /// The server said what has no meaning at this step.
    case protocolViolation(SMTPStep)
    /// Encryption is required and the server has none.
    case encryptionNotOffered
    /// The handshake failed: most often the certificate is not the server's or not trusted.
    case encryptionFailed
    /// Credentials are configured, and the server has no mechanism that is known here.
    case authenticationNotOffered
    /// Credentials are configured, and the connection is neither encrypted nor to this machine.
    case authenticationNeedsEncryption
    /// The server does not want to talk now, or to us.
    case serviceRefused(SMTPStatus)
    case authenticationRefused(SMTPStatus)
    case senderRefused(SMTPStatus)
    case recipientRefused(SMTPStatus)
    case contentRefused(SMTPStatus)
    /// The server takes no more than so many bytes.
    case messageTooLarge(limit: Int)
    /// An address has characters outside ASCII, and the server cannot take them.
    case internationalAddressUnsupported

    /// The code that the operating system gave.
    case fileNotWritable(errno: Int32)

    case webhookUnreachable
    case webhookTimedOut
    case webhookRefused(status: Int)
}

/// A part of the conversation with a mail server, RFC 5321 §3.
package enum SMTPStep: String, Sendable {
    case greeting
    case hello
    case encryption
    case authentication
    case sender
    case recipient
    case content
    case farewell
}

/// What a mail server answered: its code (RFC 5321 §4.2) and, if it gave one, its enhanced code (RFC 3463). Not its
/// text, which may repeat addresses.
package struct SMTPStatus: Sendable, Equatable, CustomStringConvertible {
    package let code: Int
    /// Three numbers with dots between them.
    package let enhanced: String?

    package init(code: Int, enhanced: String? = nil) {
        (self.code, self.enhanced) = (code, enhanced)
    }

    package var isTransient: Bool { (400..<500).contains(code) }

    package var description: String { enhanced.map { "\(code) \($0)" } ?? "\(code)" }
}

extension DeliveryFailure {
    /// Whether the same message may go through later, without anybody changing anything.
    package var isTransient: Bool {
        switch self {
        case .cannotConnect, .connectionLost, .timedOut, .webhookUnreachable, .webhookTimedOut: true
        case .serviceRefused(let status), .authenticationRefused(let status), .senderRefused(let status),
            .recipientRefused(let status), .contentRefused(let status):
            status.isTransient
        case .webhookRefused(let status): status == 429 || status >= 500
        case .unsupportedRecipient, .unsupportedAttachments, .protocolViolation, .encryptionNotOffered,
            .encryptionFailed, .authenticationNotOffered, .authenticationNeedsEncryption, .messageTooLarge,
            .internationalAddressUnsupported, .fileNotWritable:
            false
        }
    }
}

extension DeliveryFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedRecipient: "this channel does not reach such recipients"
        case .unsupportedAttachments: "this channel carries text only"
        case .cannotConnect: "the mail server cannot be reached"
        case .connectionLost(let step): "the mail server closed the connection (\(step.rawValue))"
        case .timedOut(let step): "the mail server did not answer in time (\(step.rawValue))"
        case .protocolViolation(let step): "the mail server does not speak SMTP (\(step.rawValue))"
        case .encryptionNotOffered: "the mail server offers no encryption"
        case .encryptionFailed: "the mail server could not prove who it is, or encryption failed"
        case .authenticationNotOffered: "the mail server offers neither PLAIN nor LOGIN"
        case .authenticationNeedsEncryption: "credentials are not sent over a connection without encryption"
        case .serviceRefused(let status): "the mail server refused service: \(status)"
        case .authenticationRefused(let status): "the mail server refused the credentials: \(status)"
        case .senderRefused(let status): "the mail server refused the sender: \(status)"
        case .recipientRefused(let status): "the mail server refused the recipient: \(status)"
        case .contentRefused(let status): "the mail server refused the message: \(status)"
        case .messageTooLarge(let limit): "the mail server takes messages of \(limit) bytes at most"
        case .internationalAddressUnsupported: "the mail server takes ASCII addresses only"
        case .fileNotWritable(let errno): "the file of messages cannot be written (errno \(errno))"
        case .webhookUnreachable: "the webhook cannot be reached"
        case .webhookTimedOut: "the webhook did not answer in time"
        case .webhookRefused(let status): "the webhook answered with status \(status)"
        }
    }
}
