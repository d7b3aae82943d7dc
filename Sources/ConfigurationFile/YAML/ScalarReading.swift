import Yams

extension MappingReader.Entry {
    var isScalar: Bool { if case .scalar = value { true } else { false } }

    /// The text of a scalar with something in it, nil for anything else.
    var text: String? {
        guard case .scalar(let scalar) = value, !scalar.string.isEmpty else { return nil }
        let isNull = scalar.style == .plain && (scalar.string == "~" || scalar.string == "null")
        return isNull ? nil : scalar.string
    }

    /// The text of a setting of the mapping that this is, whether it is right or wrong.
    func member(_ name: String) -> String? {
        guard case .mapping(let mapping) = value else { return nil }
        return mapping.first { $0.key.scalar?.string == name }?.value.scalar?.string
    }

    /// The text of a scalar without quotes: `true` is a truth, `"true"` is not.
    var plainText: String? {
        guard case .scalar(let scalar) = value, scalar.style == .plain else { return nil }
        return scalar.string
    }
}

extension MappingReader {
    /// The most characters of a text that wallets show.
    static let maximumCharacters = 1024

    func text(_ name: String) -> String? {
        self[name].flatMap { text(of: $0) }
    }

    func text(of entry: Entry) -> String? {
        guard let text = entry.text else {
            log.add("a text is expected", at: entry.path, line: entry.line)
            return nil
        }
        guard text.unicodeScalars.count <= Self.maximumCharacters else {
            log.add("longer than \(Self.maximumCharacters) characters", at: entry.path, line: entry.line)
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\n" }) else {
            log.add("has a control character", at: entry.path, line: entry.line)
            return nil
        }
        return text
    }

    func boolean(_ name: String) -> Bool? {
        guard let entry = self[name] else { return nil }
        switch entry.plainText {
        case "true": return true
        case "false": return false
        default:
            fault("true or false is expected, without quotes", name)
            return nil
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let entry = self[name] else { return nil }
        guard let text = entry.plainText, let number = Int(text), range.contains(number) else {
            fault("a whole number from \(range.lowerBound) to \(range.upperBound) is expected", name)
            return nil
        }
        return number
    }

    func duration(_ name: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let entry = self[name] else { return nil }
        guard let duration = entry.text.flatMap(Duration.init(written:)) else {
            fault("a duration is expected: a whole number and s, m, h or d, as 10m", name)
            return nil
        }
        guard range.contains(duration) else {
            fault("must be from \(range.lowerBound.written) to \(range.upperBound.written)", name)
            return nil
        }
        return duration
    }
}
