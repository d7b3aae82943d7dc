import HTTPTypes
import Testing
import Verifier

@testable import WalletClient

@Suite("Cookies of a visit")
struct CookieJarTests {
    private let page = try! WebAddress("https://auth.example/auth/authorize?a=b")

    private func jar(_ lines: String..., from address: WebAddress? = nil) -> CookieJar {
        var headers = HTTPFields()
        for line in lines { headers.append(HTTPField(name: .setCookie, value: line)) }
        var jar = CookieJar()
        jar.take(headers, from: address ?? page)
        return jar
    }

    private func address(_ text: String) throws -> WebAddress { try WebAddress(text) }

    @Test("A cookie goes back to its host and path alone")
    func scope() throws {
        let jar = jar("a=1; Path=/", "b=2", "c = 3 ;path=/auth/x", "d=; Path=relative")
        #expect(jar.header(for: page) == "a=1; b=2; d=")
        #expect(jar.header(for: try address("https://auth.example/auth")) == "a=1; b=2; d=")
        #expect(jar.header(for: try address("https://auth.example/auth/x/y")) == "a=1; b=2; c=3; d=")
        #expect(jar.header(for: try address("https://auth.example/authorize")) == "a=1")
        #expect(jar.header(for: try address("https://auth.example/")) == "a=1")
        #expect(jar.header(for: try address("https://other.example/auth/")) == nil)
        #expect(jar.value(of: "b", for: page) == "2")
        #expect(jar.value(of: "x", for: page) == nil)
    }

    @Test("A cookie of the same name replaces the first; one that is over is dropped")
    func replaced() {
        #expect(jar("a=1; Path=/", "a=2; Path=/").header(for: page) == "a=2")
        #expect(jar("a=1; Path=/", "a=; Path=/; Max-Age=0").header(for: page) == nil)
        #expect(jar("a=1; Path=/", "a=2; Path=/auth; Max-Age=-1").header(for: page) == "a=1")
    }

    @Test("What a browser would not take is not taken")
    func refused() throws {
        for line in [
            "", "=1", ";a=1", "a b=1", "__Host-a=1; Path=/", "__Host-a=1; Secure", "__Host-a=1; Secure; Path=/auth",
            "__Host-a=1; Secure; Path=/; Domain=auth.example", "a=" + String(repeating: "x", count: 5000),
        ] {
            #expect(jar(line).header(for: page) == nil, "\(line)")
        }
        #expect(jar("__Host-a=1; Secure; HttpOnly; SameSite=Lax; Path=/").header(for: page) == "__Host-a=1")
        let loopback = try address("http://localhost:8080/auth/")
        #expect(jar("a=1; Secure; Path=/", from: loopback).header(for: loopback) == "a=1")
    }

    @Test("No server can fill the jar")
    func bounded() {
        var headers = HTTPFields()
        for number in 0..<1000 { headers.append(HTTPField(name: .setCookie, value: "c\(number)=1; Path=/")) }
        var jar = CookieJar()
        jar.take(headers, from: page)
        #expect(jar.header(for: page)?.split(separator: ";").count == 50)
    }
}
