package import Logging
package import NIOCore
import NIOSSL

/// Hands mail to a mail server, RFC 5321 and RFC 6409, a connection for each message.
package struct SMTPClient: MessageChannel {
    private let settings: SMTPSettings
    private let tls: NIOSSLContext?
    private let group: any EventLoopGroup
    private let logger: Logger

    /// - Throws: `unreadableCertificates`.
    package init(
        _ settings: SMTPSettings, group: any EventLoopGroup, logger: Logger
    ) throws(SMTPSettingsFault) {
        (self.settings, self.group, self.logger) = (settings, group, logger)
        tls = settings.security == .none ? nil : try Self.context(settings)
    }

    private static func context(_ settings: SMTPSettings) throws(SMTPSettingsFault) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let file = settings.certificatesFile {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(file))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unreadableCertificates
        }
    }

    package func send(_ message: OutgoingMessage) async throws(DeliveryFailure) {
        guard case .emailAddress(let recipient) = message.recipient else { throw .unsupportedRecipient }
        let mail = ComposedMail(message, from: settings.sender, to: recipient)
        let id: Logger.Metadata = ["message_id": "\(mail.messageID)"]
        do throws(DeliveryFailure) {
            let status = try await deliver(mail)
            logger.debug("mail handed over", metadata: id.merging(["status": "\(status)"]) { $1 })
        } catch {
            logger.debug("mail not handed over", metadata: id.merging(["reason": "\(error)"]) { $1 })
            throw error
        }
    }

    private func deliver(_ mail: ComposedMail) async throws(DeliveryFailure) -> SMTPStatus {
        let connection = try await SMTPConnection.open(
            settings, implicitTLS: settings.security == .implicitTLS ? tls : nil, group: group)
        let dialogue = SMTPDialogue(connection: connection, settings: settings, tls: tls)
        do throws(DeliveryFailure) {
            let status = try await dialogue.deliver(mail)
            connection.close()
            return status
        } catch {
            connection.close()
            throw error
        }
    }
}
