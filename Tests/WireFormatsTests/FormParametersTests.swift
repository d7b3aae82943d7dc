import TestSupport
import Testing
import WireFormats

@Suite("Forms")
struct FormParametersTests {
    @Test("Names and values are decoded, plus signs as spaces")
    func decoding() throws {
        let form = try FormParameters(parsing: "a=1&b+c=d%20e+f&%C3%A9=%F0%9F%8E%93&g=x=y&h=%2B%26%3d")
        #expect(form["a"] == "1")
        #expect(form["b c"] == "d e f")
        #expect(form["é"] == "\u{1F393}")
        #expect(form["g"] == "x=y")
        #expect(form["h"] == "+&=")
        #expect(form["absent"] == nil)
    }

    @Test("A parameter without a value counts as omitted", arguments: ["", "&&", "a", "a=", "&a=&"])
    func omitted(text: String) throws {
        let form = try FormParameters(parsing: text)
        #expect(form["a"] == nil)
        #expect(form.isEmpty)
    }

    @Test(
        "A parameter given twice is refused, with or without a value, however it is spelled",
        arguments: ["a=1&a=2", "a=1&b=2&a=1", "a&a", "a=1&a=", "a=&%61=1", "a+b=1&a%20b=2"])
    func repeated(text: String) {
        #expect(throws: FormParameters.Malformation.repeated) { try FormParameters(parsing: text) }
    }

    @Test(
        "A percent sign without two hexadecimal digits is refused",
        arguments: ["%", "a=%", "a=%4", "%4=a", "a=%g0", "a=%%", "a=%u00e9"])
    func percent(text: String) {
        #expect(throws: FormParameters.Malformation.percentEncoding) { try FormParameters(parsing: text) }
    }

    @Test("A percent sign at the end of a name does not reach into the value")
    func percentAcross() {
        #expect(throws: FormParameters.Malformation.percentEncoding) { try FormParameters(parsing: "a%4=1") }
        #expect(throws: FormParameters.Malformation.percentEncoding) { try FormParameters(parsing: "a=%4&1=b") }
    }

    @Test("Text that is no UTF-8 is refused", arguments: ["a=%FF", "a=%C0%80", "a=%ED%A0%80", "%80=a", "a=%C3"])
    func utf8(text: String) {
        #expect(throws: FormParameters.Malformation.invalidUTF8) { try FormParameters(parsing: text) }
    }

    @Test("Unencoded bytes that are no UTF-8 are refused")
    func rawUTF8() {
        #expect(throws: FormParameters.Malformation.invalidUTF8) { try FormParameters(parsing: "a=".bytes + [0xFF]) }
    }

    @Test("More parameters than any message has are refused")
    func tooMany() throws {
        let pairs = (0..<FormParameters.maximumCount).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try FormParameters(parsing: pairs)["p63"] == "1")
        #expect(throws: FormParameters.Malformation.tooMany) { try FormParameters(parsing: pairs + "&q") }
        #expect(try FormParameters(parsing: (pairs + "&q=1").bytes, maximumCount: 65)["q"] == "1")
        #expect(throws: FormParameters.Malformation.tooMany) {
            try FormParameters(parsing: (pairs + "&q&r").bytes, maximumCount: 65)
        }
    }

    @Test("Encoding leaves unreserved characters alone and decodes to the same")
    func encoding() throws {
        #expect(FormParameters.encode(["a b": "ä&=+", "c": "-._~Az09"]) == "a%20b=%C3%A4%26%3D%2B&c=-._~Az09")
        let everything = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init)))
        #expect(try FormParameters(parsing: FormParameters.encode(["n": everything]))["n"] == everything)
    }
}
