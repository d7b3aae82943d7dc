import Foundation
import MessageDelivery
import Portal

/// The portal's letters, over whatever carries mail here.
struct ChannelMail: PortalMail {
    let channel: any MessageChannel
    let now: @Sendable () -> Date

    func send(_ letter: PortalLetter) async throws(PortalMailRefusal) {
        let message: OutgoingMessage
        do throws(MessageFault) {
            message = try OutgoingMessage(
                to: .emailAddress(EmailAddress(letter.recipient.text)), subject: letter.subject, text: letter.text,
                attachments: Self.attachments(letter.enclosures), date: now())
        } catch {
            throw PortalMailRefusal(reason: "the letter cannot be written: \(error)")
        }
        do throws(DeliveryFailure) {
            try await channel.send(message)
        } catch {
            throw PortalMailRefusal(reason: error.description)
        }
    }

    private static func attachments(_ files: [DeliveredFile]) throws(MessageFault) -> [MessageAttachment] {
        var attachments: [MessageAttachment] = []
        for file in files {
            attachments.append(try MessageAttachment(name: file.name, mediaType: file.mediaType, bytes: file.bytes))
        }
        return attachments
    }
}
