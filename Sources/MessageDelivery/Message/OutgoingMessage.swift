package import Foundation

/// A message to one person. Neither its description nor any failure shows what is in it.
package struct OutgoingMessage: Sendable {
    static let maximumSubjectBytes = 512
    static let maximumTextBytes = 1 << 20
    static let maximumAttachmentBytes = 16 << 20
    static let maximumAttachments = 16

    package let recipient: MessageRecipient
    /// Left out where a channel has no subjects.
    package let subject: String
    /// Plain text; lines may end in any way.
    package let text: String
    package let attachments: [MessageAttachment]
    /// When it was written; whole seconds on the wire.
    package let date: Date

    /// - Throws: `controlCharacter`, `tooLong`.
    package init(
        to recipient: MessageRecipient, subject: String, text: String, attachments: [MessageAttachment] = [], date: Date
    ) throws(MessageFault) {
        guard !subject.unicodeScalars.contains(where: \.isControl) else { throw .controlCharacter(.subject) }
        guard subject.utf8.count <= Self.maximumSubjectBytes else { throw .tooLong(.subject) }
        // Lines and tabs are a text's own; of the rest, some end it and some move a terminal's cursor.
        guard text.unicodeScalars.allSatisfy({ !$0.isControl || "\t\n\r\u{2028}\u{2029}".unicodeScalars.contains($0) })
        else { throw .controlCharacter(.text) }
        guard text.utf8.count <= Self.maximumTextBytes else { throw .tooLong(.text) }
        guard attachments.count <= Self.maximumAttachments,
            attachments.reduce(0, { $0 + $1.bytes.count }) <= Self.maximumAttachmentBytes
        else { throw .tooLong(.attachments) }
        (self.recipient, self.subject, self.text) = (recipient, subject, text)
        (self.attachments, self.date) = (attachments, date)
    }
}

extension OutgoingMessage: CustomStringConvertible, CustomReflectable {
    package var description: String { "OutgoingMessage(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A document that goes with a message.
package struct MessageAttachment: Sendable {
    /// What people see and save it as.
    package let name: String
    /// Type and subtype, such as `application/pdf`.
    package let mediaType: String
    package let bytes: [UInt8]

    /// - Throws: `empty`, `controlCharacter`, `tooLong` or `malformed` of `.attachmentName`; `malformed(.mediaType)`.
    package init(name: String, mediaType: String, bytes: [UInt8]) throws(MessageFault) {
        guard !name.isEmpty else { throw .empty(.attachmentName) }
        guard !name.unicodeScalars.contains(where: \.isControl) else { throw .controlCharacter(.attachmentName) }
        guard name.utf8.count <= 150 else { throw .tooLong(.attachmentName) }
        // What could be taken for a path.
        guard !name.unicodeScalars.contains(where: { $0 == "/" || $0 == "\\" }), !name.hasPrefix(".") else {
            throw .malformed(.attachmentName)
        }
        let types = mediaType.split(separator: "/", omittingEmptySubsequences: false)
        guard types.count == 2, mediaType.utf8.count <= 127, types.allSatisfy(Self.isToken) else {
            throw .malformed(.mediaType)
        }
        (self.name, self.mediaType, self.bytes) = (name, mediaType, bytes)
    }

    /// RFC 6838 §4.2.
    private static func isToken(_ text: Substring) -> Bool {
        text.unicodeScalars.first?.isLetterOrDigit == true
            && text.unicodeScalars.allSatisfy { $0.isLetterOrDigit || "!#$&-^_.+".unicodeScalars.contains($0) }
    }
}
