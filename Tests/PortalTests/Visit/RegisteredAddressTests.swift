import Testing

@testable import Portal

@Suite("Registered addresses")
struct RegisteredAddressTests {
    @Test(arguments: [
        ("ana@example.org", "a…@example.org"), ("é@example.org", "é…@example.org"),
        ("a.b+c@mail.example", "a…@mail.example"),
    ])
    func `are shown in part`(text: String, masked: String) throws {
        #expect(try #require(RegisteredAddress(text)).masked == masked)
    }

    @Test(arguments: [
        "", "@", "ana", "ana@", "@example.org", "a@b@c", "ana @example.org", "ana@example.org\r\nBcc: x@example.org",
        "ana@exam\u{202E}ple.org", "a\u{0}@example.org", String(repeating: "a", count: 250) + "@b.cd",
    ])
    func `are nothing else`(text: String) {
        #expect(RegisteredAddress(text) == nil)
    }
}
