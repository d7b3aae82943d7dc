package import RegistryRecords
import WireFormats

/// Why bytes are not a stored record.
package struct DamagedRecord: Error, Equatable {}

extension PersonRecord {
    /// The record as bytes for a store: a version, the identifier, and each field as name, type and value.
    ///
    /// Not JSON: a portrait would have to be decoded from base64 on every read.
    package func encodedForStorage() -> [UInt8] {
        var writer = StorageWriter()
        writer.byte(StorageTag.version)
        writer.text(id)
        writer.count(fields.count)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            writer.text(name)
            writer.value(value)
        }
        return writer.bytes
    }

    /// The record that ``encodedForStorage()`` made these bytes of.
    package init(decodingFromStorage bytes: [UInt8]) throws(DamagedRecord) {
        var reader = StorageReader(bytes)
        guard try reader.byte() == StorageTag.version else { throw DamagedRecord() }
        let id = try reader.text()
        let count = try reader.count()
        var fields: [String: FieldValue] = [:]
        // Each takes several bytes: more cannot be there.
        fields.reserveCapacity(min(count, bytes.count / 4))
        for _ in 0..<count {
            let name = try reader.text()
            fields[name] = try reader.value()
        }
        guard reader.isAtEnd, fields.count == count else { throw DamagedRecord() }
        self.init(id: id, fields: fields)
    }
}

private enum StorageTag {
    static let version: UInt8 = 1
    static let text = UInt8(ascii: "t")
    static let integer = UInt8(ascii: "i")
    static let no = UInt8(ascii: "n")
    static let yes = UInt8(ascii: "y")
    static let date = UInt8(ascii: "d")
    static let image = UInt8(ascii: "p")
    static let list = UInt8(ascii: "l")
}

/// Counts are LEB128, integers eight bytes with the highest first, texts UTF-8 after their count of bytes.
private struct StorageWriter {
    var bytes: [UInt8] = []

    mutating func byte(_ byte: UInt8) { bytes.append(byte) }

    mutating func count(_ count: Int) {
        var rest = count
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func text(_ text: String) {
        count(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func value(_ value: FieldValue) {
        switch value {
        case .text(let text):
            byte(StorageTag.text)
            self.text(text)
        case .integer(let number):
            byte(StorageTag.integer)
            for shift in stride(from: 56, through: 0, by: -8) { byte(UInt8(truncatingIfNeeded: number >> shift)) }
        case .boolean(let truth):
            byte(truth ? StorageTag.yes : StorageTag.no)
        case .date(let date):
            byte(StorageTag.date)
            byte(UInt8(date.year >> 8))
            byte(UInt8(date.year & 0xFF))
            byte(UInt8(date.month))
            byte(UInt8(date.day))
        case .image(let image):
            byte(StorageTag.image)
            count(image.bytes.count)
            bytes.append(contentsOf: image.bytes)
        case .list(let texts):
            byte(StorageTag.list)
            count(texts.count)
            for element in texts { text(element) }
        }
    }
}

private struct StorageReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() throws(DamagedRecord) -> UInt8 {
        guard offset < bytes.count else { throw DamagedRecord() }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Never more than there are bytes left, so that a damaged count asks for no memory.
    mutating func count() throws(DamagedRecord) -> Int {
        var count = 0
        for shift in stride(from: 0, through: 28, by: 7) {
            let next = try byte()
            count |= Int(next & 0x7F) << shift
            if next & 0x80 == 0 {
                guard count <= bytes.count - offset else { throw DamagedRecord() }
                return count
            }
        }
        throw DamagedRecord()
    }

    private mutating func slice() throws(DamagedRecord) -> ArraySlice<UInt8> {
        let count = try count()
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    mutating func text() throws(DamagedRecord) -> String {
        guard let text = String(strictUTF8: try slice()) else { throw DamagedRecord() }
        return text
    }

    mutating func value() throws(DamagedRecord) -> FieldValue {
        switch try byte() {
        case StorageTag.text: return .text(try text())
        case StorageTag.integer: return .integer(try integer())
        case StorageTag.yes: return .boolean(true)
        case StorageTag.no: return .boolean(false)
        case StorageTag.date: return .date(try date())
        case StorageTag.image:
            guard let image = ImageData(file: Array(try slice())) else { throw DamagedRecord() }
            return .image(image)
        case StorageTag.list:
            var texts: [String] = []
            for _ in 0..<(try count()) { texts.append(try text()) }
            return .list(texts)
        default: throw DamagedRecord()
        }
    }

    private mutating func integer() throws(DamagedRecord) -> Int64 {
        var number: Int64 = 0
        for _ in 0..<8 { number = number << 8 | Int64(try byte()) }
        return number
    }

    private mutating func date() throws(DamagedRecord) -> FullDate {
        let year = Int(try byte()) << 8 | Int(try byte())
        guard let date = FullDate(year: year, month: Int(try byte()), day: Int(try byte())) else {
            throw DamagedRecord()
        }
        return date
    }
}
