import WireFormats
import Yams

extension MappingReader.Entry {
    /// The value as JSON: what is written without quotes is a truth, a number or null if it looks like one.
    var json: JSON { JSON(value) }
}

extension JSON {
    /// Names that are no scalars, or come twice, are left out.
    fileprivate init(_ node: Node) {
        switch node {
        case .mapping(let mapping):
            self = .object(
                JSONObject(mapping.compactMap { key, value in key.scalar.map { ($0.string, JSON(value)) } }))
        case .sequence(let sequence): self = .array(sequence.map { JSON($0) })
        case .scalar(let scalar) where scalar.style == .plain: self.init(plain: scalar.string)
        case .scalar(let scalar): self = .string(scalar.string)
        // Aliases are refused when the text is composed.
        case .alias: self = .null
        }
    }

    private init(plain text: String) {
        if text.isEmpty || text == "~" {
            self = .null
            return
        }
        switch try? JSON(parsing: Array(text.utf8)) {
        case .bool(let value)?: self = .bool(value)
        case .integer(let value)?: self = .integer(value)
        case .decimal(let literal)?: self = .decimal(literal: literal)
        case .null?: self = .null
        default: self = .string(text)
        }
    }
}
