/// A data item of CBOR, RFC 8949 §3, of the kinds that authenticators write.
indirect enum CBORItem: Sendable {
    case unsigned(UInt64)
    /// The integer -1 - n.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBORItem])
    case map(CBORMap)
    /// `false`, `true`, `null` or `undefined`: simple values 20 to 23.
    case simple(UInt8)
    /// The bits of a float of 16, 32 or 64 bits, which nothing here interprets.
    case float(bits: UInt64)

    var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var map: CBORMap? { if case .map(let value) = self { value } else { nil } }

    var integer: Int64? {
        switch self {
        case .unsigned(let value): Int64(exactly: value)
        case .negative(let value): Int64(exactly: value).map { -1 - $0 }
        default: nil
        }
    }
}

/// The entries of a CBOR map in their order. Keys are integers or texts and unique.
struct CBORMap: Sendable {
    let entries: [(key: CBORItem, value: CBORItem)]

    subscript(key: Int64) -> CBORItem? {
        entries.first { $0.key.integer == key }?.value
    }

    subscript(key: String) -> CBORItem? {
        entries.first { $0.key.text?.utf8.elementsEqual(key.utf8) == true }?.value
    }
}
