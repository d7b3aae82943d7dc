import Crypto
import DataSharing
import WireFormats

/// That a row was pushed, and as what: keyed hashes, which show nobody without the key whom and what it was about.
package struct RowMark: Sendable, Hashable {
    package static let byteCount = 32

    /// Of the scope and the person.
    package let row: [UInt8]
    /// Of everything that was said.
    package let content: [UInt8]
    /// Seconds since 1970.
    package let expiresAt: Int64?

    package init(row: [UInt8], content: [UInt8], expiresAt: Int64?) {
        (self.row, self.content, self.expiresAt) = (row, content, expiresAt)
    }
}

/// Makes marks of rows, with the key of one market's store.
struct RowMarker: Sendable {
    let key: SymmetricKey

    func mark(_ row: MarketRow, of definition: ScopeDefinition, expiresAt: Int64?) -> RowMark {
        let person: [JSON] = [.string(definition.scope.text), .string(row.subject)]
        let content: JSON = [
            .array(person), .string(definition.heldBy.rawValue), .integer(Int64(definition.version)),
            Self.sorted(.object(row.values)),
        ]
        return RowMark(row: hash("row", .array(person)), content: hash("content", content), expiresAt: expiresAt)
    }

    private func hash(_ use: String, _ json: JSON) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: JSON.array([.string(use), json]).encoded(), using: key))
    }

    /// In whatever order a file or a statement names them.
    private static func sorted(_ json: JSON) -> JSON {
        guard let object = json.object else { return json }
        return .object(
            JSONObject(
                object.members.map { ($0.name, sorted($0.value)) }.sorted {
                    $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
                }))
    }
}
