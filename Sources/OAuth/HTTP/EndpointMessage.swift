package import HTTPTypes
package import WireFormats

/// A request as an endpoint sees it, whatever server received it. The body is whole and within its limit.
package struct EndpointRequest: Sendable {
    package let method: HTTPRequest.Method
    /// The part of the target after `?`, undecoded; empty if there is none.
    package let query: Substring
    package let headers: HTTPFields
    package let body: [UInt8]
    /// What tells one client from another well enough to order the operator's timeline; never stored.
    package let clientHint: String
    /// The network address that the request came from, behind the operator's proxies; empty if unknown.
    package let clientAddress: String

    package init(
        method: HTTPRequest.Method, query: Substring = "", headers: HTTPFields = [:], body: [UInt8] = [],
        clientHint: String = "", clientAddress: String = ""
    ) {
        self.method = method
        self.query = query
        self.headers = headers
        self.body = body
        self.clientHint = clientHint
        self.clientAddress = clientAddress
    }

    /// Whether the body's media type is `type`, in lower case, whatever its parameters (RFC 9110 §8.3.1).
    package func hasContentType(_ type: StaticString) -> Bool {
        // Combined if there are several, which is then no media type.
        guard let value = headers[.contentType] else { return false }
        // As nearly all send it.
        if type.withUTF8Buffer({ value.utf8.elementsEqual($0) }) { return true }
        var bytes = value.utf8.prefix { $0 != UInt8(ascii: ";") }
        while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") { bytes.removeLast() }
        guard bytes.count == type.utf8CodeUnitCount else { return false }
        return zip(bytes, UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount)).allSatisfy {
            byte, wanted in
            byte == wanted || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) && byte | 0x20 == wanted
        }
    }
}

/// What an endpoint answers.
package struct EndpointResponse: Sendable {
    package var status: HTTPResponse.Status
    package var headers: HTTPFields
    package var body: [UInt8]

    package init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON that is for this client only: `Cache-Control: no-store`, RFC 6749 §5.1.
    package static func privateJSON(_ body: [UInt8], status: HTTPResponse.Status = .ok) -> EndpointResponse {
        EndpointResponse(status: status, headers: privateJSONHeaders, body: body)
    }

    package static func privateJSON(_ value: JSON, status: HTTPResponse.Status = .ok) -> EndpointResponse {
        privateJSON(value.encoded(), status: status)
    }

    private static let privateJSONHeaders: HTTPFields = [
        .contentType: "application/json", .cacheControl: "no-store",
    ]
}
