package import PersonAuthentication
package import RegistryRecords

extension KnowledgeField {
    /// Longer texts are nobody's.
    private static let maximumBytes = 4096

    /// The fact as it is compared; nil if nothing is left of it, or if it is no date where one is asked for.
    package func canonical(_ typed: String) -> String? {
        guard typed.utf8.count <= Self.maximumBytes else { return nil }
        let text: String?
        switch input {
        case .text: text = TextNormalization.normalize(typed, normalization)
        case .date: text = Self.date(TextNormalization.normalize(typed, []))
        case .number: text = Self.number(TextNormalization.normalize(typed, []))
        }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The registry's side. Pictures and lists are no facts that could be asked for.
    package func canonical(_ value: FieldValue) -> String? {
        switch value {
        case .text(let text): canonical(text)
        case .integer(let number): canonical(String(number))
        case .boolean(let truth): canonical(truth ? "true" : "false")
        case .date(let date): canonical(date.description)
        case .image, .list: nil
        }
    }

    /// `YYYY-MM-DD` of a date with its year first, whatever stands between the numbers.
    private static func date(_ text: String) -> String? {
        let parts = text.split(omittingEmptySubsequences: false) { "-/. ".contains($0) }
        guard parts.count == 3, parts[0].utf8.count == 4, parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }),
            parts[1...].allSatisfy({ (1...2).contains($0.utf8.count) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        return FullDate(year: year, month: month, day: day)?.description
    }

    /// Digits without what groups them and without zeros in front; a text that has none stays as it is.
    private static func number(_ text: String) -> String {
        let digits = text.utf8.filter(isDigit)
        guard !digits.isEmpty else { return text }
        let sign = text.hasPrefix("-") ? "-" : ""
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        return sign + (significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
