import Testing

@testable import IdentityRegistry

@Suite("Codes of six digits")
struct OneTimeCodeTests {
    @Test("Each value makes its code, and those past the last whole million none")
    func unbiased() {
        var values: [UInt32] = [4_294_000_000, .max, 4_294_967_295, 4_293_999_999, 0, 1_000_007]
        let next = { (count: Int) -> [UInt8] in
            let value = values.removeFirst()
            return (0..<count).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
        }
        #expect(OneTimeCode.random(from: next) == "999999")
        #expect(OneTimeCode.random(from: next) == "000000")
        #expect(OneTimeCode.random(from: next) == "000007")
    }

    @Test("Codes are six digits and differ")
    func random() {
        let codes = (0..<200).map { _ in OneTimeCode.random() }
        #expect(codes.allSatisfy { $0.utf8.count == 6 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        #expect(Set(codes).count > 150)
    }

    @Test(
        "They may be typed with spaces, hyphens and other digits",
        arguments: [
            ("123456", "123456"), (" 123 456\n", "123456"), ("123-456", "123456"), ("١٢٣٤٥٦", "123456"), ("12a", "12a"),
        ])
    func typed(text: String, expected: String) {
        #expect(OneTimeCode.canonical(text) == expected)
        #expect(OneTimeCode.canonical(String(repeating: "1", count: 101)) == "")
    }
}
