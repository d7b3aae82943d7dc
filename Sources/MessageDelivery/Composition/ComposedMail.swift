import Foundation
import JOSE

/// A message as mail servers take it, RFC 5322 and RFC 2045: lines of at most 998 characters that end with CR LF, the
/// last one too. All of it is ASCII unless an address is not.
struct ComposedMail {
    let sender: EmailAddress
    let recipient: EmailAddress
    /// Without the angle brackets.
    let messageID: String
    let bytes: [UInt8]

    /// Whether a server needs SMTPUTF8 (RFC 6531) for it.
    var isInternational: Bool { !sender.isASCII || !recipient.isASCII }

    init(_ message: OutgoingMessage, from sender: MailSender, to recipient: EmailAddress) {
        self.sender = sender.address
        self.recipient = recipient
        messageID = Self.randomName() + "@" + sender.address.domain
        var header = MailHeader()
        let seconds = Int(message.date.timeIntervalSince1970.rounded(.down))
        header.append("Date", [InternetDate(secondsSince1970: seconds).mail])
        let address = "<" + sender.address.text + ">"
        header.append("From", (sender.displayName.map(MailHeader.phrase) ?? []) + [address])
        header.append("To", ["<" + recipient.text + ">"])
        header.append("Message-ID", ["<" + messageID + ">"])
        header.append("Subject", MailHeader.unstructured(message.subject))
        // RFC 3834 §5: nobody's holiday notice should answer.
        header.append("Auto-Submitted", ["auto-generated"])
        header.append("MIME-Version", ["1.0"])
        bytes = header.bytes + Self.body(of: message)
    }

    /// The fields that describe the content, an empty line, and the content.
    private static func body(of message: OutgoingMessage) -> [UInt8] {
        let text = textPart(message.text)
        guard !message.attachments.isEmpty else { return text }
        // An equals sign and an underscore occur in neither encoding together, so no line can be the boundary.
        let boundary = "=_" + randomName()
        var header = MailHeader()
        header.append("Content-Type", ["multipart/mixed;", "boundary=\"\(boundary)\""])
        let delimiter = Array("--\(boundary)\r\n".utf8)
        let parts = [text] + message.attachments.map(attachmentPart)
        // The line end before a delimiter is the delimiter's (RFC 2046 §5.1.1).
        return header.bytes + [0x0D, 0x0A] + parts.flatMap { delimiter + $0 + [0x0D, 0x0A] }
            + Array("--\(boundary)--\r\n".utf8)
    }

    private static func textPart(_ text: String) -> [UInt8] {
        let canonical = canonicalLines(text)
        let encoding = TransferEncoding.shorter(for: canonical)
        var header = MailHeader()
        header.append("Content-Type", ["text/plain;", "charset=utf-8"])
        header.append("Content-Transfer-Encoding", [encoding.rawValue])
        return header.bytes + [0x0D, 0x0A] + encoding.encode(text: canonical)
    }

    /// Every line ends with CR LF, whichever of CR, LF and both it ended with, and the last one does too.
    private static func canonicalLines(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: output += [0x0D, 0x0A]
            default: output.append(byte)
            }
            previous = byte
        }
        return output.last == 0x0A ? output : output + [0x0D, 0x0A]
    }

    private static func attachmentPart(_ attachment: MessageAttachment) -> [UInt8] {
        var header = MailHeader()
        header.append("Content-Type", [attachment.mediaType])
        header.append("Content-Disposition", ["attachment;", MailHeader.fileName(attachment.name)])
        header.append("Content-Transfer-Encoding", [TransferEncoding.base64.rawValue])
        return header.bytes + [0x0D, 0x0A] + TransferEncoding.base64(attachment.bytes)
    }

    private static func randomName() -> String {
        secureRandomBytes(16).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The content of DATA, RFC 5321 §4.5.2: a dot doubled at a line's begin, and a line with a dot alone at the end.
    var dotStuffed: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count + 64)
        var isLineStart = true
        for byte in bytes {
            if isLineStart, byte == UInt8(ascii: ".") { output.append(byte) }
            output.append(byte)
            isLineStart = byte == 0x0A
        }
        return output + Array(".\r\n".utf8)
    }
}
