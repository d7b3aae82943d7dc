import Foundation
import Logging
import MessageDelivery
import NIOCore

/// Messages and settings that tests change one thing of.
enum Samples {
    static let date = Date(timeIntervalSince1970: 1_762_251_072.9)

    static func message(
        to recipient: String = "ana@example.org", subject: String = "Your code", text: String = "Your code is 123456.",
        attachments: [MessageAttachment] = []
    ) throws -> OutgoingMessage {
        try OutgoingMessage(
            to: .emailAddress(EmailAddress(recipient)), subject: subject, text: text, attachments: attachments,
            date: date)
    }

    static func sender(_ name: String? = "Registry", _ address: String = "no-reply@example.com") throws -> MailSender {
        try MailSender(address: EmailAddress(address), displayName: name)
    }

    static func settings(
        port: Int, security: SMTPSettings.Security = .none, credentials: SMTPCredentials? = nil,
        host: String = "localhost", certificatesFile: String? = nil, sender: MailSender? = nil
    ) throws -> SMTPSettings {
        try SMTPSettings(
            host: host, port: port, security: security, credentials: credentials,
            sender: try sender ?? Self.sender(), clientName: "client.example.com", certificatesFile: certificatesFile)
    }

    static func credentials() throws -> SMTPCredentials { try SMTPCredentials(username: "user", password: "pässword") }

    static let logger = Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })
}
