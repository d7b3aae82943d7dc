package import WireFormats

extension ScopeDefinition {
    /// Which claims have to be there.
    package enum Completeness: Sendable {
        /// All that are required: what a market says about a person.
        case whole
        /// Any: what a person chose to disclose. Of a claim of type OBJECT it is still the whole.
        case part
    }

    /// What keeps `values` from being claims of this definition, as `claims.address.city: longer than 80 characters`;
    /// empty if nothing does.
    package func problems(
        of values: JSONObject, _ completeness: Completeness, at path: ValuePath = ValuePath(text: "claims")
    ) -> [PathProblem] {
        if values.isEmpty { return [path.problem("one claim at least is expected")] }
        return claims.problems(of: values, completeness, at: path)
    }

    /// The shape of values that ``problems(of:_:at:)`` finds nothing wrong with, in the order of the definition; nil if
    /// none of them is a claim of this definition.
    package func shape(of values: JSONObject) -> Shape? { claims.shape(of: values) }
}

extension [ScopeClaim] {
    fileprivate func problems(
        of values: JSONObject, _ completeness: ScopeDefinition.Completeness, at path: ValuePath
    ) -> [PathProblem] {
        var problems: [PathProblem] = []
        for member in values.members {
            let place = path.member(member.name)
            guard let claim = claim(member.name) else {
                problems.append(place.problem("the definition has no such claim"))
                continue
            }
            problems += claim.rule.problems(of: member.value, at: place)
        }
        if completeness == .whole {
            for claim in self where claim.isRequired && values[claim.name] == nil {
                problems.append(path.member(claim.name).problem("required, and missing"))
            }
        }
        return problems
    }

    fileprivate func shape(of values: JSONObject) -> Shape? {
        let entries = compactMap { claim -> Shape.Entry? in
            guard let value = values[claim.name] else { return nil }
            guard case .object(let inner) = claim.rule else {
                return Shape.Entry(name: claim.name, form: .value(claim.type))
            }
            guard let shape = value.object.flatMap({ inner.shape(of: $0) }) else { return nil }
            return Shape.Entry(name: claim.name, form: .object(shape))
        }
        return entries.isEmpty ? nil : Shape(entries: entries)
    }
}

extension ScopeClaimRule {
    fileprivate func problems(of value: JSON, at path: ValuePath) -> [PathProblem] {
        switch self {
        case .object(let claims):
            guard let object = value.object else { return [path.problem("an object is expected")] }
            if object.isEmpty { return [path.problem("one claim at least is expected")] }
            return claims.problems(of: object, .whole, at: path)
        case .boolean: return value.bool == nil ? [path.problem("true or false is expected")] : []
        case .integer(let minimum, let maximum):
            guard let number = value.integer, Self.integers.contains(number) else {
                return [path.problem("a whole number within ±(2^53−1) is expected")]
            }
            return Self.problem(number, minimum, maximum).map { [path.problem($0)] } ?? []
        case .float(let minimum, let maximum):
            guard let number = value.number, number.isFinite else { return [path.problem("a number is expected")] }
            return Self.problem(number, minimum?.value, maximum?.value).map { [path.problem($0)] } ?? []
        case .text(let rule):
            guard let text = value.string else { return [path.problem("a text is expected")] }
            return rule.problem(of: text).map { [path.problem($0)] } ?? []
        }
    }

    private static func problem<N: Comparable>(_ number: N, _ minimum: N?, _ maximum: N?) -> String? {
        if let minimum, number < minimum { return "smaller than \(minimum)" }
        if let maximum, number > maximum { return "greater than \(maximum)" }
        return nil
    }
}

extension TextRule {
    /// What keeps `text` from being allowed.
    func problem(of text: String) -> String? {
        let length = text.unicodeScalars.count
        if length > Self.longest { return "longer than \(Self.longest) characters" }
        if let maximumLength, length > maximumLength { return "longer than \(maximumLength) characters" }
        if let minimumLength, length < minimumLength { return "shorter than \(minimumLength) characters" }
        if let values, !values.contains(where: { $0.hasSameBytes(as: text) }) {
            return "not one of the values that the definition has"
        }
        return nil
    }
}
