extension MappingReader {
    /// The elements of a list, at most `most`; nil if the setting is not there or no list.
    func sequence(_ name: String, most: Int, _ what: String) -> [Entry]? {
        guard let elements = sequence(name) else { return nil }
        if elements.count > most { fault("at most \(most) \(what) are expected", name) }
        return elements
    }

    /// One text or a list of them, none twice, each of some syntax; anything else is logged as `rule`. Nil if the
    /// setting is not there.
    func texts(_ name: String, _ rule: String, _ check: (String) -> Bool) -> [String]? {
        guard let entry = self[name], let elements = entry.isScalar ? [entry] : sequence(name) else { return nil }
        if elements.isEmpty { fault("the list is empty", name) }
        if elements.count > 100 { fault("at most 100 entries are expected", name) }
        var texts: [String] = []
        for element in elements {
            guard let text = text(of: element) else { continue }
            if !check(text) || texts.contains(text) {
                fault(check(text) ? "\"\(text)\" is written twice" : rule, at: element)
            } else {
                texts.append(text)
            }
        }
        return texts
    }

    /// What every element of a list of mappings is read as.
    func mappings<Value>(
        _ name: String, most: Int, _ what: String, _ read: (MappingReader) -> Value?
    ) -> [Value] {
        (sequence(name, most: most, what) ?? []).compactMap { MappingReader($0, log: log).flatMap(read) }
    }
}

/// Names that must not come twice.
struct DistinctNames {
    private var names: Set<[UInt8]> = []

    /// Logs `name` at its setting if it was there before.
    mutating func insert(_ name: String, of setting: String, in reader: MappingReader) {
        if !names.insert(Array(name.utf8)).inserted {
            reader.fault("there is an entry for \"\(name)\" already", setting)
        }
    }
}
