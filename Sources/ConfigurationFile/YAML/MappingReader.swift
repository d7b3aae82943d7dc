import Yams

/// Reads the settings of one YAML mapping, logging what is wrong with them.
///
/// Every reading method gives nil for a setting that is not there and for one that is wrong; the log knows which.
struct MappingReader {
    struct Entry {
        let name: String
        let value: Node
        let line: Int
        let path: ConfigurationPath
    }

    let path: ConfigurationPath
    /// The line of the key that the mapping belongs to.
    let line: Int
    let log: FaultLog
    /// In the order of the file.
    let entries: [Entry]

    /// Nil, and logged, if `node` is not a mapping.
    init?(_ node: Node, path: ConfigurationPath, line: Int, log: FaultLog) {
        guard case .mapping(let mapping) = node else {
            log.add("settings are expected here, each as \"name: value\"", at: path, line: node.mark?.line ?? line)
            return nil
        }
        var entries: [Entry] = []
        for (key, value) in mapping {
            let keyLine = key.mark?.line ?? line
            if case .scalar(let scalar) = key, !scalar.string.isEmpty {
                entries.append(Entry(name: scalar.string, value: value, line: keyLine, path: path.key(scalar.string)))
            } else {
                log.add("the name of a setting must be a text", at: path, line: keyLine)
            }
        }
        self.entries = entries
        self.path = path
        self.line = line
        self.log = log
    }

    init?(_ entry: Entry, log: FaultLog) {
        self.init(entry.value, path: entry.path, line: entry.line, log: log)
    }

    subscript(name: String) -> Entry? { entries.first { $0.name == name } }

    func has(_ name: String) -> Bool { self[name] != nil }

    /// Logs every setting of another name.
    func allow(_ names: [String]) {
        for entry in entries where !names.contains(entry.name) {
            log.add(
                "there is no such setting" + suggestion(for: entry.name, amongst: names), at: entry.path,
                line: entry.line)
        }
    }

    /// Logs that a setting must be there.
    func require(_ name: String, _ what: String) {
        if !has(name) { log.add("\"\(name)\" is missing: \(what)", at: path, line: line) }
    }

    func fault(_ message: String, _ name: String? = nil) {
        if let entry = name.flatMap({ self[$0] }) {
            fault(message, at: entry)
        } else {
            log.add(message, at: path, line: line)
        }
    }

    func fault(_ message: String, at entry: Entry) {
        log.add(message, at: entry.path, line: entry.value.mark?.line ?? entry.line)
    }

    func mapping(_ name: String) -> MappingReader? {
        self[name].flatMap { MappingReader($0, log: log) }
    }

    /// The elements of a list; nil if it is not there or no list.
    func sequence(_ name: String) -> [Entry]? {
        self[name].flatMap(elements)
    }

    func elements(of entry: Entry) -> [Entry]? {
        guard case .sequence(let sequence) = entry.value else {
            fault("a list is expected, as [first, second]", at: entry)
            return nil
        }
        return sequence.enumerated().map { index, node in
            Entry(
                name: entry.name, value: node, line: node.mark?.line ?? entry.line, path: entry.path.element(index))
        }
    }
}
