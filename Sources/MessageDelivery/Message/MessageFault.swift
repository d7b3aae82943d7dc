/// Why something cannot be part of a message.
package enum MessageFault: Error, Equatable {
    /// A control character, which in a header would begin another one, or a NUL in a text.
    case controlCharacter(MessagePart)
    case empty(MessagePart)
    case tooLong(MessagePart)
    /// Not of the form that the part has.
    case malformed(MessagePart)
}

package enum MessagePart: String, Sendable {
    case emailAddress
    case phoneNumber
    case displayName
    case subject
    case text
    case attachmentName
    case mediaType
    case attachments
}

extension Unicode.Scalar {
    /// Whether it ends a line, or is a control character that no header and no address may have.
    var isControl: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
