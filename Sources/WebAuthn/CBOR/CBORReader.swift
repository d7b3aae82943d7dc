import WireFormats

/// Why bytes are not CBOR as authenticators must write it.
package enum CBORMalformation: Error, Equatable {
    case unexpectedEnd
    case trailingBytes
    /// An integer or length takes more bytes than it needs.
    case notShortest
    case indefiniteLength
    /// A value that RFC 8949 leaves unassigned.
    case unassigned
    case tag
    case invalidUTF8
    /// A map's key is neither an integer nor a text.
    case keyType
    case duplicateKey
    case tooDeep
}

/// Reads CBOR in the CTAP2 canonical encoding form, which WebAuthn Level 3 §2.4 (#sctn-conforming-all-classes) asks
/// for.
///
/// Looser than that form in one thing: a map's keys may stand in any order. Order changes no meaning as long as keys
/// are unique, and some software that holds passkeys writes its own.
struct CBORReader {
    /// Containers inside each other: a certificate chain in a compound attestation statement takes five.
    static let maximumDepth = 8

    private let bytes: [UInt8]
    private(set) var position: Int
    private var depth = 0

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    /// The only item of `bytes`.
    static func item(in bytes: [UInt8]) throws(CBORMalformation) -> CBORItem {
        var reader = CBORReader(bytes)
        let item = try reader.readItem()
        guard reader.position == bytes.count else { throw .trailingBytes }
        return item
    }

    mutating func readItem() throws(CBORMalformation) -> CBORItem {
        let initial = try readByte()
        let information = initial & 0x1F
        switch initial >> 5 {
        case 0: return .unsigned(try readArgument(information))
        case 1: return .negative(try readArgument(information))
        case 2: return .bytes(Array(try readString(information)))
        case 3:
            guard let text = String(strictUTF8: try readString(information)) else { throw .invalidUTF8 }
            return .text(text)
        case 4: return .array(try readArray(information))
        case 5: return .map(try readMap(information))
        case 6: throw .tag
        default: return try readSimple(information)
        }
    }

    private mutating func readByte() throws(CBORMalformation) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func readBigEndian(_ count: Int) throws(CBORMalformation) -> UInt64 {
        var value: UInt64 = 0
        for _ in 0..<count { value = value << 8 | UInt64(try readByte()) }
        return value
    }

    /// RFC 8949 §3: the value, or the length, that the low five bits of the initial byte begin.
    private mutating func readArgument(_ information: UInt8) throws(CBORMalformation) -> UInt64 {
        let (value, least): (UInt64, UInt64)
        switch information {
        case 0..<24: return UInt64(information)
        case 24: (value, least) = (try readBigEndian(1), 24)
        case 25: (value, least) = (try readBigEndian(2), 1 << 8)
        case 26: (value, least) = (try readBigEndian(4), 1 << 16)
        case 27: (value, least) = (try readBigEndian(8), 1 << 32)
        case 31: throw .indefiniteLength
        default: throw .unassigned
        }
        guard value >= least else { throw .notShortest }
        return value
    }

    /// A count of things of which each takes `size` bytes or more, so that no memory is reserved for absent ones.
    private mutating func readCount(_ information: UInt8, size: Int) throws(CBORMalformation) -> Int {
        guard let count = Int(exactly: try readArgument(information)), count <= (bytes.count - position) / size else {
            throw .unexpectedEnd
        }
        return count
    }

    private mutating func readString(_ information: UInt8) throws(CBORMalformation) -> ArraySlice<UInt8> {
        let count = try readCount(information, size: 1)
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    private mutating func enter() throws(CBORMalformation) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw .tooDeep }
    }

    private mutating func readArray(_ information: UInt8) throws(CBORMalformation) -> [CBORItem] {
        try enter()
        let count = try readCount(information, size: 1)
        var items: [CBORItem] = []
        items.reserveCapacity(count)
        for _ in 0..<count { items.append(try readItem()) }
        depth -= 1
        return items
    }

    private mutating func readMap(_ information: UInt8) throws(CBORMalformation) -> CBORMap {
        try enter()
        let count = try readCount(information, size: 2)
        var entries: [(key: CBORItem, value: CBORItem)] = []
        entries.reserveCapacity(count)
        // One value has one encoding here, so equal keys have equal bytes.
        var seen: Set<ArraySlice<UInt8>> = []
        for _ in 0..<count {
            let start = position
            let key = try readItem()
            switch key {
            case .unsigned, .negative, .text: break
            default: throw .keyType
            }
            guard seen.insert(bytes[start..<position]).inserted else { throw .duplicateKey }
            entries.append((key, try readItem()))
        }
        depth -= 1
        return CBORMap(entries: entries)
    }

    private mutating func readSimple(_ information: UInt8) throws(CBORMalformation) -> CBORItem {
        switch information {
        case 20...23: .simple(information)
        case 25: .float(bits: try readBigEndian(2))
        case 26: .float(bits: try readBigEndian(4))
        case 27: .float(bits: try readBigEndian(8))
        case 31: throw .indefiniteLength
        default: throw .unassigned
        }
    }
}
