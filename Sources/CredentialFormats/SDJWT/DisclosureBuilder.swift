import Crypto
import JOSE
package import WireFormats

/// Makes the disclosures of one SD-JWT, RFC 9901 §4.2, and the JSON that refers to them.
package struct DisclosureBuilder {
    /// Every disclosure in base64url, each followed by `~`.
    package private(set) var encoded: [UInt8] = []
    package private(set) var hasDigests = false
    /// Salts and decoys are cut from here, so that the operating system is asked once.
    private let random: [UInt8]
    private var used = 0

    /// RFC 9901 §9.3: 128 bits of salt.
    private static let saltLength = 16
    private static let digestLength = 32

    package init(count: Int, decoys: Int) {
        random = secureRandomBytes(count * Self.saltLength + (count > 0 ? decoys : 0) * Self.digestLength)
        encoded.reserveCapacity(count * 96)
    }

    /// Writes the members of an object without its braces: plain claims, then `_sd` for those that may be withheld.
    package mutating func writeMembers(of tree: ClaimTree, decoys: Int, isFirst: Bool, to writer: inout JSONWriter) {
        var isFirst = isFirst
        var digests: [[UInt8]] = []
        for claim in tree.claims {
            if claim.isSelectivelyDisclosable {
                digests.append(disclose(name: claim.name, value: claim.value))
                continue
            }
            if !isFirst { writer.raw(",") }
            isFirst = false
            writer.string(claim.name)
            writer.raw(":")
            write(claim.value, to: &writer)
        }
        guard !digests.isEmpty else { return }
        for _ in 0..<decoys { digests.append(Base64URL.encodeToBytes(takeRandom(Self.digestLength))) }
        // Sorted, the order tells nothing about the claims or about which digests are decoys (RFC 9901 §4.2.4.1).
        digests.sort { $0.lexicographicallyPrecedes($1) }
        if !isFirst { writer.raw(",") }
        writer.raw("\"_sd\":[")
        for (index, digest) in digests.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.plainString(digest)
        }
        writer.raw("]")
        hasDigests = true
    }

    private mutating func write(_ value: ClaimValue, to writer: inout JSONWriter) {
        switch value {
        case .json(let json): writer.value(json)
        case .nested(let tree):
            writer.raw("{")
            writeMembers(of: tree, decoys: 0, isFirst: true, to: &writer)
            writer.raw("}")
        case .array(let elements):
            writer.raw("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { writer.raw(",") }
                if element.isSelectivelyDisclosable {
                    let digest = disclose(name: nil, value: element.value)
                    writer.raw("{\"...\":")
                    writer.plainString(digest)
                    writer.raw("}")
                    hasDigests = true
                } else {
                    write(element.value, to: &writer)
                }
            }
            writer.raw("]")
        }
    }

    /// Adds a disclosure of an object member (`name` given) or of an array element, and gives its digest in base64url.
    private mutating func disclose(name: String?, value: ClaimValue) -> [UInt8] {
        var disclosure = JSONWriter(capacity: 96)
        disclosure.raw("[")
        disclosure.plainString(Base64URL.encodeToBytes(takeRandom(Self.saltLength)))
        if let name {
            disclosure.raw(",")
            disclosure.string(name)
        }
        disclosure.raw(",")
        write(value, to: &disclosure)
        disclosure.raw("]")
        let start = encoded.count
        Base64URL.append(disclosure.bytes, to: &encoded)
        var hash = SHA256()
        encoded.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[start...])) }
        encoded.append(UInt8(ascii: "~"))
        return Base64URL.encodeToBytes(Array(hash.finalize()))
    }

    private mutating func takeRandom(_ count: Int) -> [UInt8] {
        defer { used += count }
        return Array(random[used..<used + count])
    }
}
