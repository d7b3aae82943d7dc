import TestSupport
import Testing
import WireFormats

/// `json/test_parsing` of nst/JSONTestSuite.
@Suite("JSONTestSuite", .enabled(if: Vectors.arePresent, "there are no vectors beside the checkout"))
struct JSONTestSuiteTests {
    /// RFC 8259 leaves duplicate names to the parser; here they are refused.
    private static let stricter = ["y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"]

    @Test("The suite is the whole one")
    func count() {
        #expect(Vectors.files(in: "json/test_parsing").count == 318)
    }

    @Test("What must be accepted is, and is written back to the same value", arguments: files("y_"))
    func accepted(file: String) throws {
        let bytes = try Vectors.bytes(file)
        guard !Self.stricter.contains(where: file.hasSuffix) else {
            let refusal = #expect(throws: JSONMalformation.self) { try JSON(parsing: bytes) }
            guard case .duplicateName = refusal else {
                Issue.record("refused for \(refusal as Any)")
                return
            }
            return
        }
        let value = try JSON(parsing: bytes)
        #expect(try JSON(parsing: value.encoded()) == value)
    }

    @Test("What must be refused is", arguments: files("n_"))
    func refused(file: String) throws {
        let bytes = try Vectors.bytes(file)
        #expect(throws: JSONMalformation.self) { try JSON(parsing: bytes) }
    }

    @Test("Numbers of any size are accepted and kept; text that is not Unicode is refused", arguments: files("i_"))
    func either(file: String) throws {
        let bytes = try Vectors.bytes(file)
        guard file.contains("/i_number") else {
            #expect(throws: JSONMalformation.self) { try JSON(parsing: bytes) }
            return
        }
        #expect(try JSON(parsing: bytes).encoded() == bytes.filter { !" \n".utf8.contains($0) })
    }

    @Test("A hundred thousand open arrays are refused without recursion")
    func deep() {
        #expect(throws: JSONMalformation.tooDeep(offset: 16)) {
            try JSON(parsing: [UInt8](repeating: UInt8(ascii: "["), count: 100_000))
        }
    }

    private static func files(_ prefix: String) -> [String] { Vectors.files(in: "json/test_parsing", prefix: prefix) }
}
