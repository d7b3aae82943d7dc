import Foundation
import WireFormats

/// An HTTP answer as it was received.
struct HTTPAnswer {
    /// Status line and header lines, each ended by CR LF.
    private let head: [UInt8]
    let body: [UInt8]

    init(head: [UInt8], body: [UInt8]) {
        self.head = head
        self.body = body
    }

    var status: Int { Int(String(decoding: head[9..<12], as: UTF8.self)) ?? 0 }

    /// The values of a header field.
    ///
    /// - Parameter name: in lower case.
    func values(of name: String) -> [String] { Self.values(of: name, in: head) }

    static func contentLength(_ head: [UInt8]) -> Int {
        values(of: "content-length", in: head).first.flatMap { Int($0) } ?? 0
    }

    private static func values(of name: String, in head: [UInt8]) -> [String] {
        head.split(separator: UInt8(ascii: "\n")).dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                // Sets the bit that makes letters lower case; a hyphen has it already.
                line[..<colon].elementsEqual(name.utf8, by: { $0 | 0x20 == $1 })
            else { return nil }
            let value = line[(colon + 1)...].drop { $0 == UInt8(ascii: " ") }
            return String(decoding: value.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        }
    }

    /// A text member of the JSON object that the body is.
    func text(_ member: String, status expected: Int = 200) throws -> String {
        try check(member, status: expected)
        guard let value = try JSON(parsing: body)[member]?.string else { throw BenchFailure("no \(member)") }
        return value
    }

    /// Where a browser is sent, RFC 9110 §15.4.4.
    func redirection() throws -> String {
        guard let address = try check("redirection", status: 303).values(of: "location").first else {
            throw BenchFailure("no location")
        }
        return address
    }

    /// - Parameter what: is said to be missing if the status is another.
    @discardableResult
    func check(_ what: String, status expected: Int) throws -> HTTPAnswer {
        guard status == expected else {
            let start = String(decoding: body.prefix(500), as: UTF8.self)
            throw BenchFailure("no \(what): status \(status) \(start)")
        }
        return self
    }
}
