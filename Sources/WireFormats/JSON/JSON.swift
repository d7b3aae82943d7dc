/// A JSON value, RFC 8259, that keeps what signatures depend on: the order of members, their exact names, and the
/// literal text of numbers.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number, as written.
    case decimal(literal: String)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.decimal(let left), .decimal(let right)): left.hasSameBytes(as: right)
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

/// The members of a JSON object in their order. Names are unique and compared as UTF-8 bytes.
package struct JSONObject: Sendable, Equatable {
    package typealias Member = (name: String, value: JSON)

    package private(set) var members: [Member]

    package init() {
        members = []
    }

    /// - Precondition: names are unique; the parser and the literal initialisers see to it.
    init(uniqueMembers: [Member]) {
        members = uniqueMembers
    }

    package subscript(name: String) -> JSON? {
        get { members.first { $0.name.hasSameBytes(as: name) }?.value }
        set {
            let position = members.firstIndex { $0.name.hasSameBytes(as: name) }
            switch (position, newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): members.remove(at: position)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    package var names: [String] { members.map(\.name) }
    package var isEmpty: Bool { members.isEmpty }

    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { member in right[member.name] == member.value }
    }
}

extension String {
    /// Equality of the UTF-8 bytes. `==` on strings holds for canonically equivalent but different bytes.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        // Byte for byte in memory, which is where nearly all strings have theirs.
        let isSame = utf8.withContiguousStorageIfAvailable { own in
            other.utf8.withContiguousStorageIfAvailable { other in own.indices.allSatisfy { own[$0] == other[$0] } }
        }
        return (isSame ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}

extension JSON {
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The value of a number as a double: a NumericDate may carry a fraction (RFC 7519 §2).
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .decimal(let literal): Double(literal)
        default: nil
        }
    }

    package subscript(name: String) -> JSON? { object?[name] }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }

    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements)
    }

    /// Members in the order given; of a repeated name the last value stays.
    package init(_ elements: some Sequence<(String, JSON)>) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }
}
