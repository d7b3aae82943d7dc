/// The attributes of one component of a PKCS #11 URI, decoded. What is used is taken out, so that the rest is unknown.
struct URIAttributes {
    private var values: [String: [UInt8]] = [:]

    /// - Parameters:
    ///   - component: the path or the query, RFC 7512 §2.3.
    ///   - alsoAllowed: what may stand there as it is, besides what may in both components.
    init(
        of component: Substring.UTF8View, separatedBy separator: Unicode.Scalar, alsoAllowed: String
    ) throws(PKCS11URIFault) {
        guard !component.isEmpty else { return }
        let allowed = Self.allowedEverywhere.union(alsoAllowed.utf8)
        for piece in component.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false) {
            let sides = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let name = Self.name(sides[0]) else { throw .notAnAttribute }
            guard let value = Self.decoded(sides[1], allowed) else { throw .malformed(name) }
            guard !value.isEmpty else { throw .empty(name) }
            guard values.updateValue(value, forKey: name) == nil else { throw .repeated(name) }
        }
    }

    /// What is left, in order.
    var names: [String] { values.keys.sorted() }

    mutating func take(_ name: String) -> [UInt8]? { values.removeValue(forKey: name) }

    mutating func text(_ name: String) throws(PKCS11URIFault) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = String(validating: value, as: UTF8.self) else { throw .notUTF8(name) }
        return text
    }

    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let allowedEverywhere = unreserved.union(":[]@!$'()*+,=".utf8)
    private static let nameLength = 1...32

    private static func name(_ bytes: Substring.UTF8View) -> String? {
        guard nameLength.contains(bytes.count), bytes.allSatisfy(unreserved.contains) else { return nil }
        return String(Substring(bytes))
    }

    private static func decoded(_ bytes: Substring.UTF8View, _ allowed: Set<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                decoded.append(high << 4 | low)
            } else {
                guard allowed.contains(byte) else { return nil }
                decoded.append(byte)
            }
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
