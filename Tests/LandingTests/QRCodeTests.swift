import Foundation
import Testing

@testable import WebServer

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("QR codes")
struct QRCodeTests {
    /// The dark modules of a code, by row and column.
    private func modules(_ code: QRCode) throws -> [[Bool]] {
        var modules = Array(repeating: Array(repeating: false, count: code.side), count: code.side)
        var length = 0
        for match in code.path.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
            let (column, row) = (try #require(Int(match.output.1)), try #require(Int(match.output.2)))
            let run = try #require(Int(match.output.3))
            #expect(match.output.3 == match.output.4)
            for offset in 0..<run { modules[row][column + offset] = true }
            length += match.output.0.count
        }
        #expect(length == code.path.count, "nothing but runs of modules")
        return modules
    }

    @Test("The code has its finder patterns inside a quiet zone of four modules")
    func shape() throws {
        let code = try #require(QRCode("openid-credential-offer://?credential_offer_uri=x"))
        let modules = try modules(code)
        #expect((code.side - 8 - 17) % 4 == 0)
        let far = code.side - 4 - 7
        for (row, column) in [(4, 4), (4, far), (far, 4)] {
            #expect(modules[row][column..<column + 7].allSatisfy { $0 })
            let pattern = modules[row..<row + 7].map { $0[column..<column + 7].map { $0 ? "#" : "." }.joined() }
            #expect(pattern[1] == "#.....#")
            #expect(pattern[3] == "#.###.#")
        }
        for index in 0..<code.side {
            for edge in [0, 1, 2, 3, code.side - 4, code.side - 1] {
                #expect(!modules[edge][index] && !modules[index][edge])
            }
        }
    }

    @Test("A text that no code can hold makes none")
    func tooLong() {
        #expect(QRCode(String(repeating: "x", count: 4000)) == nil)
    }

    @Test("On the page it is a well-formed picture with a text for those who cannot see it")
    func svg() async throws {
        let landing = try Landing()
        let html = try await landing.get(try await landing.makeOffer()).text
        let svg = try #require(html.firstMatch(of: /<svg class="qr".*?<\/svg>/.dotMatchesNewlines())).output
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(svg.contains(#"role="img" aria-label="QR code that opens the offer in a wallet""#))
        #expect(svg.contains("fill=\"#fff\"") && svg.contains("fill=\"#000\""))
    }
}
