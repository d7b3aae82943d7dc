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

    private var values: [String: String] = [:]

    package init(parsing bytes: some Collection<UInt8>) throws(Malformation) {
        var seen = Set<[UInt8]>()
        for pair in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard seen.count < Self.maximumCount else { throw .tooMany }
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = try Self.decode(parts[0])
            let value = parts.count == 2 ? try Self.decode(parts[1]) : ""
            guard seen.insert(Array(name.utf8)).inserted else { throw .repeated }
            if !value.isEmpty { values[name] = value }
        }
    }

    package subscript(name: String) -> String? { values[name] }
    package var isEmpty: Bool { values.isEmpty }

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

    private static func decode(_ encoded: some Collection<UInt8>) throws(Malformation) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(encoded.count)
        var iterator = encoded.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): decoded.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = hexValue(iterator.next()), let low = hexValue(iterator.next()) else {
                    throw .percentEncoding
                }
                decoded.append(high << 4 | low)
            default: decoded.append(byte)
            }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    private static func hexValue(_ byte: UInt8?) -> UInt8? {
        guard let byte, let value = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
        return UInt8(value)
    }
}
