import Foundation
import HTTPTypes
import OAuth
import Testing

@testable import WebServer

@Suite("Style sheets, script and icon")
struct AssetTests {
    @Test(
        "Pages name them by content, and browsers may keep them for good",
        arguments: [
            ("/assets/landing.css", "text/css; charset=utf-8"), ("/assets/credentials.css", "text/css; charset=utf-8"),
            ("/assets/landing.js", "text/javascript; charset=utf-8"), ("/favicon.svg", "image/svg+xml"),
        ])
    func linked(address: String, contentType: String) async throws {
        let landing = try Landing()
        let link = try #require(try await landing.get("/").text.firstRange(of: address + "?v="))
        let path = try await landing.get("/").text[link.lowerBound...].prefix { $0 != "\"" }
        let asset = try await landing.get(String(path))
        #expect(asset.status == .ok)
        #expect(asset.headers[.contentType] == contentType)
        #expect(asset.headers[.cacheControl] == "public, max-age=31536000, immutable")
        #expect(asset.headers[.xContentTypeOptions] == "nosniff")
        #expect(!asset.body.isEmpty)
    }

    @Test("By an old address or none they are asked for again, which costs no body")
    func revalidation() async throws {
        let landing = try Landing()
        for path in ["/assets/landing.css", "/assets/landing.css?v=old"] {
            let asset = try await landing.get(path)
            #expect(asset.headers[.cacheControl] == "no-cache")
            let tag = try #require(asset.headers[.eTag])
            let again = try await landing.get(path, [.ifNoneMatch: tag])
            #expect(again.status == .notModified)
            #expect(again.body.isEmpty && again.headers[.eTag] == tag)
        }
    }

    @Test("Nothing else is there", arguments: ["x", "..", "landing.css.map", "%2e%2e"])
    func unknown(name: String) async throws {
        await #expect(throws: RequestRefusal.notFound) { try await Landing().get("/assets/" + name) }
    }

    @Test("Cards have their configured colours")
    func cardColours() async throws {
        let landing = try Landing()
        let sheet = try await landing.get("/assets/credentials.css").text
        #expect(sheet.contains(".card-0-0 { --card: #1f3a5f; --card-text: #ffffff; --card-shade: #000; }"))
        #expect(sheet.contains(".card-1-0 { --card: #fc8; --card-text: #000; --card-shade: #fff; }"))
        #expect(try await landing.get("/").text.contains("class=\"face card-1-0\""))
    }
}
