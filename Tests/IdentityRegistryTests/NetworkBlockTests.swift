import Testing

@testable import IdentityRegistry

@Suite("Whom an address stands for")
struct NetworkBlockTests {
    @Test(
        "This machine is itself",
        arguments: ["127.0.0.1", "127.8.9.10", "::1", "[::1]", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])
    func loopback(text: String) {
        #expect(NetworkBlock(text) == .loopback)
    }

    @Test("An IPv4 address is one, however it is written; of IPv6 a /64 is")
    func blocks() {
        #expect(NetworkBlock("192.0.2.7") == .block([192, 0, 2, 7]))
        #expect(NetworkBlock("::ffff:192.0.2.7") == NetworkBlock("192.0.2.7"))
        #expect(NetworkBlock("192.0.2.8") != NetworkBlock("192.0.2.7"))
        #expect(NetworkBlock("2001:db8:1:2::5") == NetworkBlock("[2001:DB8:1:2:ffff:0:0:9]"))
        #expect(NetworkBlock("2001:db8:1:2::5") != NetworkBlock("2001:db8:1:3::5"))
        #expect(NetworkBlock("fe80::1%eth0") == NetworkBlock("fe80::2"))
    }

    @Test(
        "Everything else is unknown",
        arguments: ["", "unknown", "192.0.2", "192.0.2.7:80", "_hidden", "%", "[]", "::g"])
    func unknown(text: String) {
        #expect(NetworkBlock(text) == .unknown)
    }
}
