import Testing
import WireFormats

@Suite("JSON values")
struct JSONObjectTests {
    @Test("Setting a member replaces it in its place, adds it at the end, or removes it")
    func members() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["a"] = 3
        object["c"] = nil
        object["d"] = 4
        #expect(JSON.object(object).description == "{\"a\":3,\"b\":2,\"d\":4}")
        object["b"] = nil
        #expect(object.names == ["a", "d"])
        object["a"] = nil
        object["d"] = nil
        #expect(object.isEmpty)
    }

    @Test("Objects are equal whatever the order of their members; arrays are not")
    func equality() {
        #expect(["a": 1, "b": ["c": 2, "d": 3]] as JSON == ["b": ["d": 3, "c": 2], "a": 1])
        #expect(["a": 1] as JSON != ["a": 1, "b": 2])
        #expect(["a": 1] as JSON != ["a": 2])
        #expect([1, 2] as JSON != [2, 1])
        #expect(nil as JSON != false)
        #expect(JSON.integer(0) != .bool(false))
        #expect(JSON.decimal(literal: "1.0") != .decimal(literal: "1.00"))
    }

    @Test("Of a name given twice the last value stays")
    func repeatedName() {
        #expect(JSON.object(["a": 1, "b": 2, "a": 3]).description == "{\"a\":3,\"b\":2}")
    }

    @Test("Accessors give a value of their own type and nil for any other")
    func accessors() {
        let values: [JSON] = [nil, true, 1, .decimal(literal: "2.5"), "s", [1], ["m": 1]]
        #expect(values.map(\.bool) == [nil, true, nil, nil, nil, nil, nil])
        #expect(values.map(\.integer) == [nil, nil, 1, nil, nil, nil, nil])
        #expect(values.map(\.number) == [nil, nil, 1, 2.5, nil, nil, nil])
        #expect(values.map(\.string) == [nil, nil, nil, nil, "s", nil, nil])
        #expect(values.map { $0.array == nil } == [true, true, true, true, true, false, true])
        #expect(values.map { $0["m"] } == [nil, nil, nil, nil, nil, nil, 1])
    }
}
