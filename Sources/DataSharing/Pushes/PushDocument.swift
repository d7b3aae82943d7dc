import WireFormats

/// Reads `{"digests": [...]}` or `{"deposits": [...]}`.
enum PushDocument {
    static let maximumBytes = 1 << 20
    static let maximumEntries = 100

    /// Every entry is read, so that everything wrong is told at once.
    static func entries<Entry>(
        _ name: String, in body: [UInt8], known: Set<String>, read: (inout DocumentReader) -> Entry?
    ) throws(PathProblems) -> [Entry] {
        guard body.count <= maximumBytes else { throw PathProblems("", "longer than \(maximumBytes) bytes") }
        let document: JSON
        do throws(JSONMalformation) {
            document = try JSON(parsing: body, limits: JSONLimits(depth: 10, values: 40_000))
        } catch {
            throw PathProblems("", "no acceptable JSON: \(error)")
        }
        guard let object = document.object else { throw PathProblems("", "a JSON object is expected") }
        var problems = DocumentReader(object, at: .root, known: [name]).problems
        guard let elements = object[name]?.array, (1...maximumEntries).contains(elements.count) else {
            throw PathProblems(problems + [PathProblem(name, "a list of 1 to \(maximumEntries) objects is expected")])
                ?? PathProblems(name, "missing")
        }
        var entries: [Entry] = []
        for (index, element) in elements.enumerated() {
            let path = ValuePath(text: name).element(index)
            guard let object = element.object else {
                problems.append(path.problem("an object is expected"))
                continue
            }
            var reader = DocumentReader(object, at: path, known: known)
            let entry = read(&reader)
            problems += reader.problems
            if let entry, reader.problems.isEmpty { entries.append(entry) }
        }
        if let problems = PathProblems(problems) { throw problems }
        return entries
    }
}

extension DocumentReader {
    mutating func subject() -> String? {
        required("subject", "1 to 255 visible ASCII characters are expected") { value in
            guard let text = value.string, (1...255).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            return text
        }
    }

    mutating func scopeName() -> ScopeName? {
        required("scope", ScopeName.form) { $0.string.flatMap { ScopeName($0) } }
    }

    mutating func version() -> Int? {
        required("version", "a whole number from 1 is expected") {
            $0.integer.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil }
        }
    }

    mutating func shape() -> Shape? {
        let (json, place) = (object["shape"], path.member("shape"))
        return gather { () throws(PathProblems) in try Shape(json: json, at: place) }
    }

    /// ASCII of at most `maximum` bytes.
    mutating func compact(_ name: String, upTo maximum: Int, _ expected: String) -> String? {
        required(name, "\(expected) of at most \(maximum) bytes is expected") { value in
            guard let text = value.string, (1...maximum).contains(text.utf8.count),
                text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { return nil }
            return text
        }
    }
}
