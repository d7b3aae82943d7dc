import ConfigurationFile
import Testing

@Suite("Ranges of addresses")
struct AddressRangeTests {
    @Test(
        "An address is in a range or not",
        arguments: [
            ("10.0.0.0/8", [10, 255, 0, 1], true), ("10.0.0.0/8", [11, 0, 0, 0], false),
            ("192.0.2.128/25", [192, 0, 2, 200], true), ("192.0.2.128/25", [192, 0, 2, 127], false),
            ("192.0.2.1", [192, 0, 2, 1], true), ("192.0.2.1", [192, 0, 2, 2], false),
            ("0.0.0.0/0", [8, 8, 8, 8], true), ("172.16.0.0/12", [172, 31, 0, 0], true),
            ("172.16.0.0/12", [172, 32, 0, 0], false),
        ] as [(String, [UInt8], Bool)])
    func v4(range: String, address: [UInt8], isIn: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(address) == isIn)
        #expect(range.contains([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address) == isIn)
        #expect(!range.contains([UInt8](repeating: 0, count: 16)))
        #expect(!range.contains([]))
    }

    @Test(
        "IPv6 addresses are read in all their forms",
        arguments: [
            ("fd00::/8", 0xFD, 1, true), ("fd00::/8", 0xFC, 1, false), ("fd00::1", 0xFD, 1, true),
            ("fd00:0:0:0:0:0:0:1", 0xFD, 1, true), ("FD00::0.0.0.1/128", 0xFD, 1, true), ("::/0", 0xFD, 1, true),
            ("fd00::2", 0xFD, 1, false),
        ] as [(String, UInt8, UInt8, Bool)])
    func v6(range: String, first: UInt8, last: UInt8, isIn: Bool) throws {
        let address = [first] + [UInt8](repeating: 0, count: 14) + [last]
        #expect(try #require(AddressRange(range)).contains(address) == isIn)
    }

    @Test("An address is told by its text too, and what is none is in no range")
    func texts() throws {
        let range = try #require(AddressRange("10.0.0.0/8"))
        #expect(range.contains("10.1.2.3") && range.contains("::ffff:10.1.2.3"))
        #expect(
            !range.contains("11.1.2.3") && !range.contains("10.1.2") && !range.contains("") && !range.contains("::"))
    }

    @Test("IPv4 mapped into IPv6 is IPv4")
    func mapped() {
        #expect(AddressRange("::ffff:10.0.0.0/104") == AddressRange("10.0.0.0/8"))
        #expect(AddressRange("::ffff:a00:1") == AddressRange("10.0.0.1"))
    }

    @Test(
        "What is no range is refused",
        arguments: [
            "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.1/8", "10.0.0/8", "10.1/16",
            "010.0.0.0/8", "10.0.0.256", "10.0.0.0.0", "0x0a.0.0.0/8", "fd00::/129", "fd00::1/8", "fd00:::/8",
            "fd00::1::2", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", "::12345", "::g",
            "::1.2.3", "1.2.3.4::", "[::1]", "fe80::1%eth0", "localhost", "::ffff:0:0/95", " 10.0.0.0/8",
        ])
    func refused(text: String) {
        #expect(AddressRange(text) == nil)
    }
}
