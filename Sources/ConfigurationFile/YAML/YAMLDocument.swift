import Yams

/// Turns a YAML text into nodes, refusing what a configuration never needs and an attacker may.
enum YAMLDocument {
    static let maximumBytes = 1 << 20

    /// Nil if something was logged.
    static func compose(_ yaml: String, log: FaultLog) -> Node? {
        guard yaml.utf8.count <= maximumBytes else {
            log.add("the file is larger than 1 MiB", at: .root, line: 1)
            return nil
        }
        if let line = lineOfFirstAlias(in: yaml) {
            log.add("anchors and aliases (&name, *name) are not supported; write the text again", at: .root, line: line)
            return nil
        }
        do {
            // The basic resolver leaves every scalar a text: what it means is the setting's business.
            if let root = try Yams.compose(yaml: yaml, .basic) { return root }
            log.add("the file is empty", at: .root, line: 1)
        } catch let error as YamlError {
            log.add(error.problem, at: .root, line: error.line)
        } catch {
            log.add("not YAML", at: .root, line: 1)
        }
        return nil
    }

    /// The line of the first thing that looks like an alias, if the text also has what looks like an anchor.
    ///
    /// Aliases to aliases make a short text huge once it is walked, so they are refused before it is composed. To see
    /// quotes and block texts exactly would take a YAML scanner; a text with both looks is rare enough to be reworded.
    private static func lineOfFirstAlias(in yaml: String) -> Int? {
        var line = 1
        var alias: Int?
        var hasAnchor = false
        var previous = UInt8(ascii: "\n")
        var sigil: UInt8?
        for byte in yaml.utf8 {
            if let sigil, isNameCharacter(byte) {
                if sigil == UInt8(ascii: "*") { alias = alias ?? line } else { hasAnchor = true }
            }
            sigil = (byte == UInt8(ascii: "*") || byte == UInt8(ascii: "&")) && opensToken(after: previous) ? byte : nil
            if byte == UInt8(ascii: "\n") { line += 1 }
            previous = byte
        }
        return hasAnchor ? alias : nil
    }

    private static func opensToken(after previous: UInt8) -> Bool {
        switch previous {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            false
        default: true
        }
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        !opensToken(after: byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

extension YamlError {
    fileprivate var line: Int {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        case .reader(_, let offset?, _, let yaml): yaml.prefix(offset).count { $0.isNewline } + 1
        case .no, .memory, .reader, .writer, .emitter, .representer, .dataCouldNotBeDecoded: 1
        }
    }

    fileprivate var problem: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _),
            .reader(let problem, _, _, _):
            "not YAML: \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _):
            "written twice in one place: " + duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded: "not YAML"
        }
    }
}
