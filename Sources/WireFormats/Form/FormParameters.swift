/// Parameters in `application/x-www-form-urlencoded`, as in token requests and query strings.
///
/// RFC 6749 §3.1 and §3.2: a parameter must not be repeated, one without a value counts as omitted.
package struct FormParameters: Sendable {
    /// Why bytes are not a form.
    package enum Malformation: Error, Equatable {
        case percentEncoding
        case invalidUTF8
        case repeated
        case tooMany
    }

    /// More parameters than any message defined here has.
    package static let maximumCount = 64

    /// Also those without a value, in their order: a message has few enough to look through.
    private var pairs: [(name: String, value: String)] = []

    package init(parsing text: some StringProtocol) throws(Malformation) {
        try self.init(parsing: Array(text.utf8))
    }

    /// - Parameter maximumCount: parameters; more are refused as ``Malformation/tooMany``.
    package init(parsing bytes: [UInt8], maximumCount: Int = Self.maximumCount) throws(Malformation) {
        try self.init(
            pairs: bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true),
            maximumCount: maximumCount)
    }

    /// - Parameter pairs: encoded, without what separates them.
    package init(pairs encoded: [ArraySlice<UInt8>], maximumCount: Int = Self.maximumCount) throws(Malformation) {
        pairs.reserveCapacity(min(encoded.count, maximumCount))
        for pair in encoded {
            guard pairs.count < maximumCount else { throw .tooMany }
            let separator = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let name = try Self.decode(pair[..<separator])
            let value = separator < pair.endIndex ? try Self.decode(pair[(separator + 1)...]) : ""
            guard !pairs.contains(where: { $0.name.hasSameBytes(as: name) }) else { throw .repeated }
            pairs.append((name, value))
        }
    }

    package subscript(name: String) -> String? {
        guard let value = pairs.first(where: { $0.name.hasSameBytes(as: name) })?.value else { return nil }
        return value.isEmpty ? nil : value
    }

    package var isEmpty: Bool { pairs.allSatisfy(\.value.isEmpty) }

    /// `pairs` as a form, percent-encoding everything but unreserved characters.
    package static func encode(_ pairs: KeyValuePairs<String, String>) -> String {
        pairs.map { percentEncode($0.key) + "=" + percentEncode($0.value) }.joined(separator: "&")
    }

    /// `text` with every byte but RFC 3986 unreserved characters percent-encoded.
    package static func percentEncode(_ text: String) -> String {
        var output: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                output.append(byte)
            default:
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func decode(_ encoded: ArraySlice<UInt8>) throws(Malformation) -> String {
        guard encoded.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            guard let text = String(strictUTF8: encoded) else { throw .invalidUTF8 }
            return text
        }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var index = encoded.startIndex
        while index < encoded.endIndex {
            switch encoded[index] {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard index + 2 < encoded.endIndex, let high = hexValue(encoded[index + 1]),
                    let low = hexValue(encoded[index + 2])
                else { throw .percentEncoding }
                decoded.append(high << 4 | low)
                index += 2
            case let byte: decoded.append(byte)
            }
            index += 1
        }
        guard let text = String(strictUTF8: decoded[...]) else { throw .invalidUTF8 }
        return text
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
