import Foundation
import WireFormats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes messages to a file in place of sending them: for development.
///
/// Each message is one line of JSON: `to`, `text`, `at` (RFC 3339, UTC) and, if there are any, `attachments` with
/// `name`, `media_type` and `content` in base64url. Nobody but the owner may read the file.
package struct FileChannel: MessageChannel {
    private let path: String

    package init(path: String) { self.path = path }

    package func send(_ message: OutgoingMessage) async throws(DeliveryFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .fileNotWritable(errno: errno) }
        defer { close(descriptor) }
        // The file may be older than this program.
        guard fchmod(descriptor, 0o600) == 0 else { throw .fileNotWritable(errno: errno) }
        let line = Self.line(for: message)
        // In one call, so that lines of several processes do not mix.
        let count = write(descriptor, line, line.count)
        guard count == line.count else { throw .fileNotWritable(errno: count < 0 ? errno : ENOSPC) }
    }

    private static func line(for message: OutgoingMessage) -> [UInt8] {
        let seconds = Int(message.date.timeIntervalSince1970.rounded(.down))
        var object: JSONObject = [
            "to": .string(message.recipient.text), "text": .string(message.text),
            "at": .string(InternetDate(secondsSince1970: seconds).timestamp),
        ]
        if !message.attachments.isEmpty {
            object["attachments"] = .array(
                message.attachments.map { attachment in
                    [
                        "name": .string(attachment.name), "media_type": .string(attachment.mediaType),
                        "content": .string(Base64URL.encode(attachment.bytes)),
                    ]
                })
        }
        return JSON.object(object).encoded() + [0x0A]
    }
}
