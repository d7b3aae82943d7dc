import NIOCore
import WireFormats

/// A whole reply of a mail server, RFC 5321 §4.2.
struct SMTPReply: Sendable, Equatable {
    let code: Int
    /// What stands behind the code on each line.
    let lines: [String]

    /// The code with the enhanced one, if the first line begins with one of the same class (RFC 3463 §2).
    var status: SMTPStatus {
        let word = lines.first?.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let numbers = word.split(separator: ".", omittingEmptySubsequences: false)
        let isEnhanced =
            numbers.count == 3 && numbers[0] == "\(code / 100)"
            && numbers.allSatisfy {
                (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
            }
        return SMTPStatus(code: code, enhanced: isEnhanced ? String(word) : nil)
    }
}

/// Puts replies together from the bytes as they come.
struct SMTPReplyReader {
    struct Malformation: Error {}

    /// RFC 5321 §4.5.3.1.5 allows 512 characters on a line; servers write more.
    private static let maximumLineBytes = 2048
    private static let maximumLines = 128

    private var buffer = ByteBuffer()
    private var code: Int?
    private var lines: [String] = []

    /// Whether nothing of a further reply is there.
    var isEmpty: Bool { buffer.readableBytes == 0 && lines.isEmpty }

    mutating func append(_ bytes: inout ByteBuffer) {
        buffer.writeBuffer(&bytes)
    }

    /// The next reply that is there whole.
    mutating func next() throws(Malformation) -> SMTPReply? {
        while let line = try nextLine() {
            guard let isLast = take(line) else { throw Malformation() }
            guard isLast, let code else { continue }
            defer { (self.code, lines) = (nil, []) }
            return SMTPReply(code: code, lines: lines)
        }
        buffer.discardReadBytes()
        return nil
    }

    /// A line without its end.
    private mutating func nextLine() throws(Malformation) -> ArraySlice<UInt8>? {
        let view = buffer.readableBytesView
        guard let end = view.firstIndex(of: 0x0A) else {
            guard view.count <= Self.maximumLineBytes else { throw Malformation() }
            return nil
        }
        let line = Array(view[view.startIndex..<end])
        buffer.moveReaderIndex(forwardBy: line.count + 1)
        guard line.last == 0x0D, line.count <= Self.maximumLineBytes else { throw Malformation() }
        return line.dropLast()
    }

    /// Whether the line ends its reply; nil if it is no reply's line.
    private mutating func take(_ line: ArraySlice<UInt8>) -> Bool? {
        guard line.count >= 3, let digits = String(strictUTF8: line.prefix(3)), let code = Int(digits),
            (200...599).contains(code), self.code == nil || self.code == code, lines.count < Self.maximumLines
        else { return nil }
        let separator = line.dropFirst(3).first ?? 0x20
        guard separator == 0x20 || separator == UInt8(ascii: "-") else { return nil }
        self.code = code
        lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        return separator == 0x20
    }
}
