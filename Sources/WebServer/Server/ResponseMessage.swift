import HTTPTypes
import NIOCore
import NIOHTTP1

/// A response in the form of RFC 9112 §4, put together in one buffer.
///
/// NIO's encoder takes it in parts, each of which goes through the whole pipeline; for responses as small as these that
/// costs more than writing them.
struct ResponseMessage {
    /// Most heads are shorter.
    private static let headLength = 768

    private var bytes: ByteBuffer

    init(version: HTTPVersion, status: HTTPResponse.Status, capacity: Int, in channel: any Channel) {
        bytes = channel.allocator.buffer(capacity: Self.headLength + capacity)
        bytes.writeStaticString(version == .http1_0 ? "HTTP/1.0 " : "HTTP/1.1 ")
        bytes.writeString(String(status.code))
        bytes.writeStaticString(" ")
        bytes.writeString(HTTPResponseStatus(statusCode: status.code).reasonPhrase)
        bytes.writeStaticString("\r\n")
    }

    /// - Parameter value: without line breaks, as every value of an `HTTPField` is.
    mutating func add(_ name: String, _ value: String) {
        bytes.writeString(name)
        bytes.writeStaticString(": ")
        bytes.writeString(value)
        bytes.writeStaticString("\r\n")
    }

    consuming func finished(body: [UInt8]) -> ByteBuffer {
        bytes.writeStaticString("\r\n")
        bytes.writeBytes(body)
        return bytes
    }
}
