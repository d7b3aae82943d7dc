package import WireFormats

/// Names and types of the claims that are there, without their values: `{"tier": "TEXT", "address": {"city": "TEXT"}}`.
package struct Shape: Equatable, Sendable {
    /// In their order; names are unique. Never empty.
    package let entries: [Entry]

    package struct Entry: Equatable, Sendable {
        package let name: String
        package let form: Form
    }

    package indirect enum Form: Equatable, Sendable {
        /// Never ``ScopeClaimType/object``.
        case value(ScopeClaimType)
        case object(Shape)

        var type: ScopeClaimType {
            switch self {
            case .value(let type): type
            case .object: .object
            }
        }
    }

    init(entries: [Entry]) { self.entries = entries }

    package var names: [String] { entries.map(\.name) }

    package func has(_ name: String) -> Bool { entries.contains { $0.name.hasSameBytes(as: name) } }

    package var json: JSON {
        .object(
            JSONObject(
                entries.map { entry in
                    switch entry.form {
                    case .value(let type): (entry.name, .string(type.rawValue))
                    case .object(let shape): (entry.name, shape.json)
                    }
                }))
    }

    /// Reads a shape, whatever the definition says.
    ///
    /// - Throws: everything that is wrong, by path.
    package init(json: JSON?, at path: ValuePath) throws(PathProblems) {
        try self.init(json: json, at: path, depth: 1)
    }

    private init(json: JSON?, at path: ValuePath, depth: Int) throws(PathProblems) {
        guard let object = json?.object, (1...ScopeDefinition.maximumClaims).contains(object.members.count),
            depth <= ScopeDefinition.maximumDepth
        else { throw PathProblems(path.text, "an object of names and types is expected") }
        var problems: [PathProblem] = []
        var entries: [Entry] = []
        for member in object.members {
            let place = path.member(member.name)
            if let type = member.value.string.flatMap(ScopeClaimType.init), type != .object {
                entries.append(Entry(name: member.name, form: .value(type)))
            } else if member.value.object != nil {
                do throws(PathProblems) {
                    let inner = try Shape(json: member.value, at: place, depth: depth + 1)
                    entries.append(Entry(name: member.name, form: .object(inner)))
                } catch {
                    problems += error.all
                }
            } else {
                problems.append(place.problem("one of BOOLEAN, INTEGER, FLOAT and TEXT is expected, or an object"))
            }
        }
        if let problems = PathProblems(problems) { throw problems }
        self.entries = entries
    }
}

extension ScopeDefinition {
    /// What keeps `shape` from being one of this definition's; empty if nothing does.
    package func problems(of shape: Shape, at path: ValuePath = ValuePath(text: "shape")) -> [PathProblem] {
        claims.problems(of: shape, at: path)
    }
}

extension [ScopeClaim] {
    fileprivate func problems(of shape: Shape, at path: ValuePath) -> [PathProblem] {
        var problems: [PathProblem] = []
        for entry in shape.entries {
            let place = path.member(entry.name)
            guard let claim = claim(entry.name) else {
                problems.append(place.problem("the definition has no such claim"))
                continue
            }
            switch (claim.rule, entry.form) {
            case (.object(let inner), .object(let shape)): problems += inner.problems(of: shape, at: place)
            case (let rule, let form):
                guard rule.type == form.type else {
                    problems.append(place.problem("the definition says \(rule.type.rawValue)"))
                    continue
                }
            }
        }
        for claim in self where claim.isRequired && !shape.has(claim.name) {
            problems.append(path.member(claim.name).problem("required, and missing"))
        }
        return problems
    }
}
