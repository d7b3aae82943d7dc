package import CredentialFormats
package import RegistryRecords
package import WireFormats

/// Makes the claims of a credential by a configuration's rules.
///
/// Claims that need not be there and have no value are left out, and so are nested ones with nothing inside.
package enum ClaimMapping {
    /// The claims for the person of that record.
    package static func claims(
        from record: PersonRecord, rules: [ClaimRule]
    ) throws(ClaimRefusal) -> ClaimTree {
        try claims(of: RecordedClaims(record: record), rules: rules)
    }

    /// The claims given with an offer: a flat object of claim names, objects for nested claims.
    package static func claims(
        pushed object: JSONObject, rules: [ClaimRule]
    ) throws(ClaimRefusal) -> ClaimTree {
        try claims(of: PushedClaims(object: object), rules: rules)
    }

    private static func claims(
        of source: some ClaimSource, rules: [ClaimRule]
    ) throws(ClaimRefusal) -> ClaimTree {
        var builder = ClaimTreeBuilder()
        let tree = builder.tree(of: source, rules: rules, at: .root)
        guard builder.problems.isEmpty else { throw ClaimRefusal(problems: builder.problems) }
        return tree ?? ClaimTree()
    }
}

/// Where the values of claims come from, at one level of nesting.
protocol ClaimSource {
    /// The value for a claim that is neither nested nor constant, nil if there is none.
    func value(for rule: ClaimRule) throws(ClaimFault) -> ClaimValue?

    /// The source for what is inside a nested claim.
    func inside(_ rule: ClaimRule) throws(ClaimFault) -> Self

    /// Claims that have a value but no rule, and those whose value contradicts a constant.
    func strangers(to rules: [ClaimRule]) -> [(name: String, fault: ClaimRefusal.Fault)]
}

/// What is wrong with one claim, or with an element of it.
struct ClaimFault: Error {
    let fault: ClaimRefusal.Fault
    var element: Int?

    init(_ fault: ClaimRefusal.Fault, element: Int? = nil) {
        (self.fault, self.element) = (fault, element)
    }
}

private struct ClaimTreeBuilder {
    var problems: [ClaimRefusal.Problem] = []

    /// The claims at one level; nil for a nested one with nothing inside but constants beside other rules.
    mutating func tree(of source: some ClaimSource, rules: [ClaimRule], at path: ClaimPath) -> ClaimTree? {
        var claims: [Claim] = []
        claims.reserveCapacity(rules.count)
        var missing: [ClaimRefusal.Problem] = []
        var isEmpty = true
        for rule in rules {
            let problemsBefore = problems.count
            if let value = value(of: rule, from: source, at: path) {
                claims.append(Claim(rule.name, value, isSelectivelyDisclosable: rule.isSelectivelyDisclosable))
                isEmpty = isEmpty && rule.isConstant
            } else if rule.isRequired, problems.count == problemsBefore {
                missing.append(problem(.missing, at: .member(of: path, rule.name)))
            }
        }
        for stranger in source.strangers(to: rules) {
            problems.append(problem(stranger.fault, at: .member(of: path, stranger.name)))
        }
        if isEmpty, case .member = path, !rules.allSatisfy(\.isConstant) { return nil }
        problems += missing
        return ClaimTree(claims)
    }

    private mutating func value(of rule: ClaimRule, from source: some ClaimSource, at path: ClaimPath) -> ClaimValue? {
        do throws(ClaimFault) {
            switch rule.kind {
            case .constant(let text): return .json(.string(text))
            case .nested(let rules):
                return tree(of: try source.inside(rule), rules: rules, at: .member(of: path, rule.name))
                    .map { .nested($0) }
            default: return try source.value(for: rule)
            }
        } catch {
            let claim = ClaimPath.member(of: path, rule.name)
            problems.append(problem(error.fault, at: error.element.map { .element(of: claim, $0) } ?? claim))
            return nil
        }
    }

    private func problem(_ fault: ClaimRefusal.Fault, at path: ClaimPath) -> ClaimRefusal.Problem {
        ClaimRefusal.Problem(path: path.text, fault: fault)
    }
}

extension ClaimRule {
    var isConstant: Bool { if case .constant = kind { true } else { false } }
}
