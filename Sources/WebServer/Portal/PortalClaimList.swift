import OAuth
import Portal
import WireFormats

/// What a credential in hand says, as pages show it: in the issuer's order and by its names.
struct PortalClaimList: Sendable {
    private static let maximumDepth = 8

    let names: [ClaimName]
    let texts: PageTexts

    func claims(of object: JSONObject) -> [PortalClaim] { claims(of: object, at: []) }

    /// What the claim at `path` is called.
    func label(of path: [String]) -> LocalizedText {
        names.first { $0.path == path }?.text ?? LocalizedText(path.last ?? "")
    }

    private func claims(of object: JSONObject, at path: [String]) -> [PortalClaim] {
        guard path.count < Self.maximumDepth else { return [] }
        return ordered(object.members, at: path).compactMap { member in
            value(of: member.value, at: path + [member.name]).map {
                PortalClaim(label: label(of: path + [member.name]), value: $0)
            }
        }
    }

    private func ordered(_ members: [JSONObject.Member], at path: [String]) -> [JSONObject.Member] {
        let rank = { (name: String) in names.firstIndex { $0.path == path + [name] } ?? names.count }
        // Sorting in the standard library keeps equal elements in order.
        return members.sorted { rank($0.name) < rank($1.name) }
    }

    /// Nil for what says nothing.
    private func value(of json: JSON, at path: [String]) -> PortalClaim.Value? {
        switch json {
        case .null: return nil
        case .string(let text): return text.hasPrefix("data:image/") ? .image(text) : .text(text)
        case .object(let object):
            let inner = claims(of: object, at: path)
            return inner.isEmpty ? nil : .group(inner)
        case .array(let elements): return value(of: elements, at: path)
        case .bool, .integer, .decimal: return plain(json).map { .text($0) }
        }
    }

    private func value(of elements: [JSON], at path: [String]) -> PortalClaim.Value? {
        let texts = elements.compactMap(plain)
        if texts.count == elements.count {
            return texts.isEmpty ? nil : .text(texts.joined(separator: self.texts["list_separator"]))
        }
        guard path.count < Self.maximumDepth else { return nil }
        let inner = elements.enumerated().compactMap { index, element in
            value(of: element, at: path).map { PortalClaim(label: LocalizedText(String(index + 1)), value: $0) }
        }
        return inner.isEmpty ? nil : .group(inner)
    }

    /// Of a value without others in it; pictures are not text.
    private func plain(_ json: JSON) -> String? {
        switch json {
        case .string(let text): text.hasPrefix("data:image/") ? nil : text
        case .bool(let value): texts[value ? "value_yes" : "value_no"]
        case .integer(let value): String(value)
        case .decimal(let literal): literal
        case .null, .array, .object: nil
        }
    }
}

extension PortalCredential {
    init(_ credential: CatalogueCredential) {
        self.init(
            id: credential.id, name: credential.name, issuer: credential.issuer, description: credential.description,
            backgroundColor: credential.backgroundColor,
            claims: credential.claims.filter { $0.path.count == 1 }.map(\.text))
    }
}
