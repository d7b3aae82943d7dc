import DataSharing
import TestSupport
import Testing
import WireFormats

@Suite("Scope definitions")
struct DefinitionTests {
    static let good: JSON = [
        "scope": "shop:loyalty", "version": 2, "held_by": "market",
        "display": [["locale": "en", "name": "Loyalty"], ["locale": "de-AT", "name": "Treue"]],
        "claims": [
            ["name": "tier", "type": "TEXT", "required": true, "values": ["bronze", "silver", "gold"]],
            ["name": "points", "type": "INTEGER", "minimum": 0, "maximum": 1_000_000],
            ["name": "share", "type": "FLOAT", "minimum": .decimal(literal: "-0.5"), "maximum": 1],
            ["name": "member", "type": "BOOLEAN"],
            [
                "name": "address", "type": "OBJECT",
                "claims": [
                    ["name": "city", "type": "TEXT", "minimum_length": 1, "maximum_length": 80, "required": true]
                ],
            ],
        ],
    ]

    static func definition() throws -> ScopeDefinition { try ScopeDefinition(json: good) }

    @Test("What is read is written again, and read from that")
    func roundTrip() throws {
        let definition = try Self.definition()
        #expect(definition.json == Self.good)
        #expect(try ScopeDefinition(parsing: definition.encoded) == definition)
        #expect(definition.display.text(for: ["fr", "DE"])?.name == "Treue")
        #expect(definition.display.text(for: ["fr"])?.name == "Loyalty")
        #expect(definition.numbered(3).hash != definition.hash)
    }

    static let bad: [(path: String, change: @Sendable (inout JSONObject) -> Void)] = [
        ("scope", { $0["scope"] = nil }), ("scope", { $0["scope"] = "loyalty" }),
        ("scope", { $0["scope"] = "s:loyalty" }), ("scope", { $0["scope"] = "shop:Loyalty" }),
        ("scope", { $0["scope"] = "-shop:loyalty" }), ("scope", { $0["scope"] = "shop:a:b" }),
        ("version", { $0["version"] = nil }), ("version", { $0["version"] = 0 }), ("version", { $0["version"] = "2" }),
        ("held_by", { $0["held_by"] = "hub" }), ("display", { $0["display"] = [] }),
        ("display[0].name", { $0["display"] = [["locale": "en"]] }),
        ("display[0].locale", { $0["display"] = [["locale": "english language", "name": "a"]] }),
        ("display[1].locale", { $0["display"] = [["locale": "en", "name": "a"], ["locale": "EN", "name": "b"]] }),
        ("display[0].name", { $0["display"] = [["locale": "en", "name": "a\u{202E}b"]] }),
        ("display[0].name", { $0["display"] = [["locale": "en", "name": "a\nb"]] }),
        ("claims", { $0["claims"] = [] }), ("claims", { $0["claims"] = nil }), ("extra", { $0["extra"] = 1 }),
        ("claims[0]", { $0["claims"] = [1] }),
        ("claims[0].name", { $0["claims"] = [["name": "1a", "type": "TEXT"]] }),
        ("claims[0].name", { $0["claims"] = [["name": "iss", "type": "TEXT"]] }),
        ("claims[0].name", { $0["claims"] = [["name": "_sd", "type": "TEXT"]] }),
        ("claims[1].name", { $0["claims"] = [["name": "a", "type": "TEXT"], ["name": "a", "type": "FLOAT"]] }),
        ("claims[0].type", { $0["claims"] = [["name": "a", "type": "text"]] }),
        ("claims[0].required", { $0["claims"] = [["name": "a", "type": "TEXT", "required": 1]] }),
        ("claims[0].minimum", { $0["claims"] = [["name": "a", "type": "TEXT", "minimum": 1]] }),
        ("claims[0].values", { $0["claims"] = [["name": "a", "type": "INTEGER", "values": ["1"]]] }),
        ("claims[0].values", { $0["claims"] = [["name": "a", "type": "TEXT", "values": ["b", "b"]]] }),
        (
            "claims[0].values[0]",
            { $0["claims"] = [["name": "a", "type": "TEXT", "maximum_length": 1, "values": ["bb"]]] }
        ),
        ("claims[0].maximum", { $0["claims"] = [["name": "a", "type": "INTEGER", "minimum": 2, "maximum": 1]] }),
        ("claims[0].maximum", { $0["claims"] = [["name": "a", "type": "INTEGER", "maximum": 9_007_199_254_740_992]] }),
        (
            "claims[0].maximum",
            { $0["claims"] = [["name": "a", "type": "FLOAT", "maximum": .decimal(literal: "1e999")]] }
        ),
        ("claims[0].maximum_length", { $0["claims"] = [["name": "a", "type": "TEXT", "maximum_length": -1]] }),
        ("claims[0].claims", { $0["claims"] = [["name": "a", "type": "OBJECT"]] }),
        ("claims[0].claims[0].type", { $0["claims"] = [["name": "a", "type": "OBJECT", "claims": [["name": "b"]]]] }),
        ("claims[0].claims[0].claims[0].claims[0].claims", { $0["claims"] = [nested(5)] }),
        ("claims", { $0["claims"] = .array((0..<65).map { ["name": .string("a\($0)"), "type": "TEXT"] }) }),
    ]

    private static func nested(_ depth: Int) -> JSON {
        depth == 1
            ? ["name": "leaf", "type": "TEXT"] : ["name": "inner", "type": "OBJECT", "claims": [nested(depth - 1)]]
    }

    @Test("Each mistake is told by its path", arguments: bad.indices)
    func refuses(_ index: Int) throws {
        var object = try #require(Self.good.object)
        Self.bad[index].change(&object)
        let problems = try #require(throws: PathProblems.self) { try ScopeDefinition(json: .object(object)) }
        #expect(problems.all.map(\.path) == [Self.bad[index].path])
    }

    @Test("Everything that is wrong is told at once")
    func tellsAll() throws {
        var object = try #require(Self.good.object)
        object["held_by"] = 1
        object["version"] = nil
        let problems = try #require(throws: PathProblems.self) { try ScopeDefinition(json: .object(object)) }
        #expect(Set(problems.all.map(\.path)) == ["version", "held_by"])
    }

    @Test("64 claims in all is the most, those inside counted")
    func countsNested() throws {
        var object = try #require(Self.good.object)
        let inner = JSON.array((0..<32).map { ["name": .string("b\($0)"), "type": "TEXT"] })
        let two: JSON = [
            ["name": "a", "type": "OBJECT", "claims": inner], ["name": "b", "type": "OBJECT", "claims": inner],
        ]
        object["claims"] = two
        #expect(throws: PathProblems("claims", "more than 64 claims in all")) {
            try ScopeDefinition(json: .object(object))
        }
    }
}

@Suite("Values and shapes of a scope")
struct ScopeContentTests {
    let definition: ScopeDefinition

    init() throws { definition = try DefinitionTests.definition() }

    static let bad: [(values: JSONObject, path: String)] = [
        (["points": 1], "claims.tier"), (["tier": "tin"], "claims.tier"), (["tier": 1], "claims.tier"),
        (["tier": "gold", "points": -1], "claims.points"), (["tier": "gold", "points": 1_000_001], "claims.points"),
        (["tier": "gold", "points": .decimal(literal: "1.0")], "claims.points"),
        (["tier": "gold", "points": .decimal(literal: "-0")], "claims.points"),
        (["tier": "gold", "share": "1"], "claims.share"),
        (["tier": "gold", "share": .decimal(literal: "-0.51")], "claims.share"),
        (["tier": "gold", "share": .decimal(literal: "1e999")], "claims.share"),
        (["tier": "gold", "member": "true"], "claims.member"), (["tier": "gold", "member": nil], "claims.member"),
        (["tier": "gold", "address": "Bonn"], "claims.address"), (["tier": "gold", "address": [:]], "claims.address"),
        (["tier": "gold", "address": ["city": ""]], "claims.address.city"),
        (["tier": "gold", "address": ["street": "a"]], "claims.address.street"),
        (["tier": "gold", "other": 1], "claims.other"), ([:], "claims"),
    ]

    @Test("Each value that does not fit is told by its path", arguments: bad.indices)
    func refusesValues(_ index: Int) {
        let problems = definition.problems(of: Self.bad[index].values, .whole)
        #expect(problems.contains { $0.path == Self.bad[index].path })
    }

    @Test("A length counts Unicode scalars")
    func countsScalars() {
        let city = String(repeating: "e\u{301}", count: 41)
        let problems = definition.problems(of: ["tier": "gold", "address": ["city": .string(city)]], .whole)
        #expect(problems.map(\.description) == ["claims.address.city: longer than 80 characters"])
    }

    @Test("A part needs no required claim, but objects are whole")
    func takesParts() {
        #expect(definition.problems(of: ["points": 1], .part).isEmpty)
        #expect(definition.problems(of: ["address": ["city": "Bonn"]], .part).isEmpty)
        #expect(!definition.problems(of: ["address": [:]], .part).isEmpty)
    }

    static let badShapes: [(shape: JSON, path: String)] = [
        ([:], "shape"), ("TEXT", "shape"), (["tier": "text"], "shape.tier"), (["tier": "OBJECT"], "shape.tier"),
        (["tier": 1], "shape.tier"), (["tier": "TEXT", "address": [:]], "shape.address"),
    ]

    @Test("What is no shape is refused", arguments: badShapes.indices)
    func refusesShapes(_ index: Int) throws {
        let problems = try #require(throws: PathProblems.self) {
            try Shape(json: Self.badShapes[index].shape, at: ValuePath(text: "shape"))
        }
        #expect(problems.all.map(\.path) == [Self.badShapes[index].path])
    }

    static let otherShapes: [(shape: JSON, path: String)] = [
        (["points": "INTEGER"], "shape.tier"), (["tier": "TEXT", "points": "TEXT"], "shape.points"),
        (["tier": "TEXT", "address": "TEXT"], "shape.address"),
        (["tier": ["a": "TEXT"]], "shape.tier"), (["tier": "TEXT", "other": "TEXT"], "shape.other"),
        (["tier": "TEXT", "address": ["street": "TEXT"]], "shape.address.street"),
    ]

    @Test("A shape of another definition is refused", arguments: otherShapes.indices)
    func refusesOtherShapes(_ index: Int) throws {
        let shape = try Shape(json: Self.otherShapes[index].shape, at: .root)
        #expect(definition.problems(of: shape).contains { $0.path == Self.otherShapes[index].path })
    }

    @Test(
        "Values that fit have a shape that fits, and a change to either is noticed", arguments: 0..<200 as Range<UInt64>
    )
    func property(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let claims = RandomClaims.claims(depth: 1, &random)
        let json: JSON = [
            "scope": "shop:any", "version": 1, "held_by": "person", "display": [["locale": "en", "name": "Any"]],
            "claims": .array(claims),
        ]
        let definition = try ScopeDefinition(json: json)
        #expect(try ScopeDefinition(parsing: definition.encoded) == definition)
        let values = RandomClaims.values(of: definition.claims, &random)
        #expect(definition.problems(of: values, .whole) == [])
        let shape = try #require(definition.shape(of: values))
        #expect(definition.problems(of: shape) == [])
        #expect(try Shape(json: shape.json, at: .root) == shape)
        var changed = values
        changed[values.names.randomElement(using: &random)!] = .null
        #expect(definition.problems(of: changed, .part) != [])
        changed = values
        changed["not_there"] = 1
        #expect(definition.problems(of: changed, .part).map(\.path) == ["claims.not_there"])
    }
}

/// Definitions and values that fit them, by chance.
enum RandomClaims {
    static func claims(depth: Int, _ random: inout SeededGenerator) -> [JSON] {
        (0..<Int.random(in: 1...4, using: &random)).map { number in
            var claim: JSONObject = ["name": .string("c\(number)"), "required": .bool(Bool.random(using: &random))]
            switch Int.random(in: 0..<(depth < 4 ? 5 : 4), using: &random) {
            case 0: claim["type"] = "BOOLEAN"
            case 1:
                claim["type"] = "INTEGER"
                if Bool.random(using: &random) { claim["minimum"] = -5 }
                if Bool.random(using: &random) { claim["maximum"] = 5 }
            case 2:
                claim["type"] = "FLOAT"
                if Bool.random(using: &random) { claim["minimum"] = .decimal(literal: "-5.25") }
            case 3:
                claim["type"] = "TEXT"
                if Bool.random(using: &random) { claim["maximum_length"] = 3 } else { claim["values"] = ["a", "é"] }
            default:
                claim["type"] = "OBJECT"
                claim["claims"] = .array(claims(depth: depth + 1, &random))
            }
            return .object(claim)
        }
    }

    static func values(of claims: [ScopeClaim], _ random: inout SeededGenerator) -> JSONObject {
        var values = JSONObject()
        for (position, claim) in claims.enumerated() where claim.isRequired || position == 0 || random.oneIn(2) {
            switch claim.rule {
            case .boolean: values[claim.name] = .bool(random.oneIn(2))
            case .integer: values[claim.name] = .integer(Int64.random(in: -5...5, using: &random))
            case .float: values[claim.name] = random.oneIn(2) ? 3 : .decimal(literal: "-5.25")
            case .text(let rule):
                values[claim.name] = rule.values?.randomElement(using: &random).map(JSON.string) ?? "abc"
            case .object(let inner): values[claim.name] = .object(self.values(of: inner, &random))
            }
        }
        return values
    }
}
