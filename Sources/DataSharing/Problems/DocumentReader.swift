import OAuth
import WireFormats

/// Reads the members of one JSON object and gathers what is wrong with them.
struct DocumentReader {
    let object: JSONObject
    let path: ValuePath
    private(set) var problems: [PathProblem] = []

    /// - Parameter known: every name that the object may have.
    init(_ object: JSONObject, at path: ValuePath, known: Set<String>) {
        self.object = object
        self.path = path
        for name in object.names where !known.contains(where: { $0.hasSameBytes(as: name) }) {
            add(name, "no such member")
        }
    }

    mutating func add(_ name: String, _ problem: String) {
        add(path.member(name).problem(problem))
    }

    mutating func add(_ problem: PathProblem) {
        if problems.count < PathProblems.maximumCount { problems.append(problem) }
    }

    mutating func add(_ more: [PathProblem]) { for problem in more { add(problem) } }

    /// A member that may be missing.
    mutating func optional<T>(_ name: String, _ expected: String, _ read: (JSON) -> T?) -> T? {
        guard let value = object[name] else { return nil }
        guard let result = read(value) else {
            add(name, expected)
            return nil
        }
        return result
    }

    mutating func required<T>(_ name: String, _ expected: String, _ read: (JSON) -> T?) -> T? {
        guard object[name] != nil else {
            add(name, "missing; " + expected)
            return nil
        }
        return optional(name, expected, read)
    }

    /// A text for people: no control characters, and none that turn the direction of what stands around it.
    mutating func shownText(_ name: String, upTo maximum: Int, isRequired: Bool) -> String? {
        let expected = "a text of 1 to \(maximum) characters without control characters is expected"
        let read = { (value: JSON) -> String? in
            guard let text = value.string, (1...maximum).contains(text.unicodeScalars.count),
                text.unicodeScalars.allSatisfy(\.isShown)
            else { return nil }
            return text
        }
        return isRequired ? required(name, expected, read) : optional(name, expected, read)
    }

    /// An `https` address without query or fragment; `http` on loopback, so that it can be tried.
    mutating func webAddress(_ name: String) -> String? {
        optional(name, "an https address (http on loopback only) without query and fragment is expected") { value in
            guard let text = value.string, let address = RedirectURI(text), address.belongsToHost || address.isLoopback,
                !text.utf8.contains(UInt8(ascii: "?"))
            else { return nil }
            return text
        }
    }
}

extension Unicode.Scalar {
    /// No control character, and none that changes the direction of text (Unicode Standard Annex #9 §2).
    fileprivate var isShown: Bool {
        switch value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: false
        default: true
        }
    }
}
