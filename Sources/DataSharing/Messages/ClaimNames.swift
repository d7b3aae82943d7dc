package import WireFormats

/// Names of the claims of scopes, as messages list them.
package enum ClaimNames {
    /// 1 to 64 different names, nil for anything else.
    package static func parse(_ json: JSON) -> [String]? {
        guard let values = json.array, (1...MessageLimits.claims).contains(values.count) else { return nil }
        let names = values.compactMap(\.string)
        guard names.count == values.count, names.allSatisfy(isName), Set(names).count == names.count else {
            return nil
        }
        return names
    }

    /// `[A-Za-z_][A-Za-z0-9_]{0,63}`.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), !isDigit(bytes[0]) else { return false }
        return bytes.allSatisfy {
            isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) || $0 == UInt8(ascii: "_")
        }
    }

    /// Whether an SD-JWT of values has this name for something of its own: a claim so called would hide or forge it
    /// (RFC 9901 §7.1).
    package static func isReserved(_ name: String) -> Bool {
        ["iss", "iat", "exp", "nbf", "scope", "version", "cnf", "_sd", "_sd_alg"].contains(name)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
