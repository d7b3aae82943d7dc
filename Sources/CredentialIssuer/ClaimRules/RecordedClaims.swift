import CredentialFormats
import RegistryRecords
import WireFormats

/// Claims from the fields of a person's record. Nested claims take theirs from the same flat record.
struct RecordedClaims: ClaimSource {
    let record: PersonRecord

    func value(for rule: ClaimRule) throws(ClaimFault) -> ClaimValue? {
        guard let field = rule.kind.field, let value = record.fields[field] else { return nil }
        switch (rule.kind, value) {
        case (.text, .text(let text)): return .json(.string(text))
        case (.text, .integer(let number)): return .json(.string(String(number)))
        case (.text, .date(let date)), (.date, .date(let date)): return .json(.string(date.description))
        case (.integer, .integer(let number)): return .json(.integer(number))
        case (.boolean, .boolean(let truth)): return .json(.bool(truth))
        case (.image, .image(let image)): return .json(.string(image.dataURI))
        case (.array(_, let elementsAreSelectivelyDisclosable), .list(let texts)):
            return .array(texts, elementsAreSelectivelyDisclosable: elementsAreSelectivelyDisclosable)
        default: throw ClaimFault(.otherTypeInRecord)
        }
    }

    func inside(_ rule: ClaimRule) -> RecordedClaims { self }

    func strangers(to rules: [ClaimRule]) -> [(name: String, fault: ClaimRefusal.Fault)] { [] }
}

extension ClaimValue {
    static func array(_ texts: [String], elementsAreSelectivelyDisclosable: Bool) -> ClaimValue {
        .array(
            texts.map { Element(.json(.string($0)), isSelectivelyDisclosable: elementsAreSelectivelyDisclosable) })
    }
}

extension ClaimRule.Kind {
    /// The field of the registry that the claim is made from.
    package var field: String? {
        switch self {
        case .text(let from), .integer(let from), .boolean(let from), .date(let from), .image(let from),
            .array(let from, _):
            from
        case .constant, .nested: nil
        }
    }
}
