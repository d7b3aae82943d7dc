import CredentialFormats
import RegistryRecords
import WireFormats

/// Claims that were given with an offer, checked by the rules' types.
struct PushedClaims: ClaimSource {
    let object: JSONObject

    func value(for rule: ClaimRule) throws(ClaimFault) -> ClaimValue? {
        guard let value = object[rule.name] else { return nil }
        switch rule.kind {
        case .text: return .json(.string(try text(value)))
        case .integer:
            guard let number = value.integer else { throw ClaimFault(.notAnInteger) }
            return .json(.integer(number))
        case .boolean:
            guard let truth = value.bool else { throw ClaimFault(.notABoolean) }
            return .json(.bool(truth))
        case .date:
            guard let text = value.string, FullDate(text) != nil else { throw ClaimFault(.notADate) }
            return .json(.string(text))
        case .image:
            guard let text = value.string else { throw ClaimFault(.notAnImage) }
            do throws(DataURIFault) {
                _ = try ImageData(dataURI: text)
            } catch {
                throw ClaimFault(error == .tooLarge ? .imageTooLarge : .notAnImage)
            }
            return .json(.string(text))
        case .array(_, let elementsAreSelectivelyDisclosable):
            return .array(
                try texts(value), elementsAreSelectivelyDisclosable: elementsAreSelectivelyDisclosable)
        case .constant, .nested: return nil
        }
    }

    func inside(_ rule: ClaimRule) throws(ClaimFault) -> PushedClaims {
        guard let value = object[rule.name] else { return PushedClaims(object: JSONObject()) }
        guard let inner = value.object else { throw ClaimFault(.notAnObject) }
        return PushedClaims(object: inner)
    }

    func strangers(to rules: [ClaimRule]) -> [(name: String, fault: ClaimRefusal.Fault)] {
        object.members.compactMap { member in
            guard let rule = rules.first(where: { $0.name.hasSameBytes(as: member.name) }) else {
                return (member.name, .unknown)
            }
            guard case .constant(let text) = rule.kind, member.value != .string(text) else { return nil }
            return (member.name, .notTheConstant)
        }
    }

    private func text(_ value: JSON) throws(ClaimFault) -> String {
        guard let text = value.string else { throw ClaimFault(.notText) }
        if let fault = TextRule.fault(of: text) { throw ClaimFault(fault) }
        return text
    }

    private func texts(_ value: JSON) throws(ClaimFault) -> [String] {
        guard let elements = value.array else { throw ClaimFault(.notAnArray) }
        guard !elements.isEmpty else { throw ClaimFault(.empty) }
        guard elements.count <= TextRule.maximumElements else { throw ClaimFault(.tooManyElements) }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            do throws(ClaimFault) {
                texts.append(try text(element))
            } catch {
                throw ClaimFault(error.fault, element: index)
            }
        }
        return texts
    }
}
