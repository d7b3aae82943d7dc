extension MappingReader {
    /// One of a few names.
    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String) -> Choice? where Choice.RawValue == String {
        self[name].flatMap { choice(of: $0) }
    }

    func choice<Choice: RawRepresentable & CaseIterable>(of entry: Entry) -> Choice? where Choice.RawValue == String {
        if let choice = entry.text.flatMap(Choice.init(rawValue:)) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        let message = "one of \(names.joined(separator: ", ")) is expected"
        fault(message + suggestion(for: entry.text ?? "", amongst: names), at: entry)
        return nil
    }

    /// One of a few names or a list of them, none twice; nil if the setting is not there.
    func choices<Choice: RawRepresentable & CaseIterable & Equatable>(_ name: String) -> [Choice]?
    where Choice.RawValue == String {
        guard let entry = self[name], let elements = entry.isScalar ? [entry] : sequence(name) else { return nil }
        if elements.isEmpty { fault("the list is empty", name) }
        return choices(of: elements)
    }

    func choices<Choice: RawRepresentable & CaseIterable & Equatable>(of elements: [Entry]) -> [Choice]
    where Choice.RawValue == String {
        var choices: [Choice] = []
        for element in elements {
            guard let choice: Choice = choice(of: element) else { continue }
            if choices.contains(choice) {
                fault("\"\(choice.rawValue)\" is written twice", at: element)
            } else {
                choices.append(choice)
            }
        }
        return choices
    }

    /// The one of several settings that is there; none and several are logged.
    func exactlyOne(of names: [String]) -> String? {
        let present = names.filter(has)
        if present.count == 1 { return present[0] }
        let list = names.map { "\"\($0)\"" }
        fault("exactly one of \(list.dropLast().joined(separator: ", ")) and \(list[list.count - 1]) is expected")
        return nil
    }
}
