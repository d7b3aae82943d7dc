package import WireFormats

extension ScopeDefinition {
    private static let members: Set<String> = ["scope", "version", "held_by", "display", "claims"]

    /// Reads a definition.
    ///
    /// - Parameter version: what to take where the document names no version.
    /// - Throws: everything that is wrong, by path, as `claims[2].minimum`.
    package init(json: JSON, defaultVersion: Int? = nil) throws(PathProblems) {
        guard let object = json.object else { throw PathProblems("", "a JSON object is expected") }
        var reader = DocumentReader(object, at: .root, known: Self.members)
        let scope = reader.required("scope", ScopeName.form) { $0.string.flatMap { ScopeName($0) } }
        let expected = "a whole number from 1 is expected"
        let read = { (value: JSON) in value.integer.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil } }
        let version =
            defaultVersion == nil
            ? reader.required("version", expected, read) : reader.optional("version", expected, read) ?? defaultVersion
        let holder = reader.required("held_by", "person or market is expected") { $0.string.flatMap(Holder.init) }
        let display = reader.gather { () throws(PathProblems) in
            try [DisplayText].read(object["display"], at: ValuePath(text: "display"), hasDescription: true).get()
        }
        if display?.isEmpty == true { reader.add("display", "a name in one language at least is expected") }
        var claims: [ScopeClaim] = []
        do throws(PathProblems) {
            claims = try ClaimReader.claims(object["claims"], at: ValuePath(text: "claims"), depth: 1)
        } catch {
            reader.add(error.all)
        }
        if claims.countInAll > Self.maximumClaims {
            reader.add("claims", "more than \(Self.maximumClaims) claims in all")
        }
        if let problems = PathProblems(reader.problems) { throw problems }
        guard let scope, let version, let holder, let display else { throw PathProblems("", "incomplete") }
        self.init(scope: scope, version: version, heldBy: holder, display: display, claims: claims)
        guard encoded.count <= Self.maximumBytes else {
            throw PathProblems("", "longer than \(Self.maximumBytes) bytes")
        }
    }

    package init(parsing bytes: [UInt8], defaultVersion: Int? = nil) throws(PathProblems) {
        // White space is none of the stored form.
        try self.init(
            json: JSON(document: bytes, maximumBytes: 2 * Self.maximumBytes), defaultVersion: defaultVersion)
    }
}

/// Reads the claims of a definition.
private enum ClaimReader {
    private static let members: Set<String> = [
        "name", "type", "required", "display", "minimum", "maximum", "minimum_length", "maximum_length", "values",
        "claims",
    ]

    /// Members of an SD-JWT's payload that a claim at the top would stand beside (RFC 7519 §4.1, RFC 7800, RFC 9901).
    private static let payloadMembers: Set<String> = [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "vct", "status", "scope", "version",
    ]

    static func claims(_ json: JSON?, at path: ValuePath, depth: Int) throws(PathProblems) -> [ScopeClaim] {
        guard depth <= ScopeDefinition.maximumDepth else {
            throw PathProblems(path.text, "nested deeper than \(ScopeDefinition.maximumDepth) levels")
        }
        guard let elements = json?.array, (1...ScopeDefinition.maximumClaims).contains(elements.count) else {
            throw PathProblems(path.text, "a list of 1 to \(ScopeDefinition.maximumClaims) claims is expected")
        }
        var problems: [PathProblem] = []
        var claims: [ScopeClaim] = []
        for (index, element) in elements.enumerated() {
            do throws(PathProblems) {
                let claim = try readClaim(element, at: path.element(index), depth: depth)
                guard claims.claim(claim.name) == nil else {
                    throw PathProblems(path.element(index).member("name").text, "another claim has this name")
                }
                claims.append(claim)
            } catch {
                problems += error.all
            }
        }
        if let problems = PathProblems(problems) { throw problems }
        return claims
    }

    private static func readClaim(_ json: JSON, at path: ValuePath, depth: Int) throws(PathProblems) -> ScopeClaim {
        guard let object = json.object else { throw PathProblems(path.text, "an object is expected") }
        var reader = DocumentReader(object, at: path, known: members)
        let name = reader.required("name", "a letter or _, then at most 63 letters, digits and _") {
            $0.string.flatMap { isName($0) ? $0 : nil }
        }
        if let name, name == "_sd" || name == "_sd_alg" || (depth == 1 && payloadMembers.contains(name)) {
            reader.add("name", "this name has a meaning of its own in what carries the claims")
        }
        let type = reader.required("type", "one of BOOLEAN, INTEGER, FLOAT, TEXT and OBJECT is expected") {
            $0.string.flatMap(ScopeClaimType.init)
        }
        let isRequired = reader.optional("required", "true or false is expected", \.bool) ?? false
        let display = reader.gather { () throws(PathProblems) in
            try [DisplayText].read(object["display"], at: path.member("display"), hasDescription: true).get()
        }
        var rule: ScopeClaimRule?
        if let type { rule = readRule(of: type, &reader, depth: depth) }
        if let problems = PathProblems(reader.problems) { throw problems }
        guard let name, let rule, let display else { throw PathProblems(path.text, "incomplete") }
        return ScopeClaim(name: name, rule: rule, isRequired: isRequired, display: display)
    }

    private static func isName(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    /// Bounds that are for another type are refused: whoever wrote them expects something of them.
    private static func readRule(of type: ScopeClaimType, _ reader: inout DocumentReader, depth: Int) -> ScopeClaimRule?
    {
        let own: Set<String> =
            switch type {
            case .boolean: []
            case .integer, .float: ["minimum", "maximum"]
            case .text: ["minimum_length", "maximum_length", "values"]
            case .object: ["claims"]
            }
        for name in ["minimum", "maximum", "minimum_length", "maximum_length", "values", "claims"]
        where reader.object[name] != nil && !own.contains(name) {
            reader.add(name, "not for a claim of type \(type.rawValue)")
        }
        switch type {
        case .boolean: return .boolean
        case .integer: return integerRule(&reader)
        case .float: return floatRule(&reader)
        case .text: return textRule(&reader)
        case .object:
            let (json, path) = (reader.object["claims"], reader.path.member("claims"))
            return reader.gather { () throws(PathProblems) in
                .object(try claims(json, at: path, depth: depth + 1))
            }
        }
    }

    private static func integerRule(_ reader: inout DocumentReader) -> ScopeClaimRule {
        let expected = "a whole number within ±(2^53−1) is expected"
        let read = { (value: JSON) in value.integer.flatMap { ScopeClaimRule.integers.contains($0) ? $0 : nil } }
        let minimum = reader.optional("minimum", expected, read)
        let maximum = reader.optional("maximum", expected, read)
        if let minimum, let maximum, minimum > maximum { reader.add("maximum", "smaller than minimum") }
        return .integer(minimum: minimum, maximum: maximum)
    }

    private static func floatRule(_ reader: inout DocumentReader) -> ScopeClaimRule {
        let minimum = reader.optional("minimum", "a number is expected") { FloatBound($0) }
        let maximum = reader.optional("maximum", "a number is expected") { FloatBound($0) }
        if let minimum, let maximum, minimum.value > maximum.value { reader.add("maximum", "smaller than minimum") }
        return .float(minimum: minimum, maximum: maximum)
    }

    private static func textRule(_ reader: inout DocumentReader) -> ScopeClaimRule {
        let expected = "a whole number from 0 to \(TextRule.longest) is expected"
        let read = { (value: JSON) in
            value.integer.flatMap { (0...Int64(TextRule.longest)).contains($0) ? Int($0) : nil }
        }
        let minimum = reader.optional("minimum_length", expected, read)
        let maximum = reader.optional("maximum_length", expected, read)
        if let minimum, let maximum, minimum > maximum { reader.add("maximum_length", "smaller than minimum_length") }
        let values = reader.optional("values", "a list of 1 to 500 different texts is expected") { value in
            guard let elements = value.array, (1...500).contains(elements.count) else { return [String]?.none }
            let texts = elements.compactMap(\.string)
            guard texts.count == elements.count, Set(texts.map { Array($0.utf8) }).count == texts.count else {
                return nil
            }
            return texts
        }
        let bounds = TextRule(minimumLength: minimum, maximumLength: maximum)
        for (index, text) in (values ?? []).enumerated() {
            guard let problem = bounds.problem(of: text) else { continue }
            reader.add(reader.path.member("values").element(index).problem(problem))
        }
        return .text(TextRule(minimumLength: minimum, maximumLength: maximum, values: values))
    }
}
