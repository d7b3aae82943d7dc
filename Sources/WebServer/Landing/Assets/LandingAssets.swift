import Crypto
import HTTPTypes
import OAuth
import WireFormats

/// Style sheets, the script and the icon: bytes in memory, addressed with a hash of their content.
struct LandingAssets: Sendable {
    static let style = "landing.css"
    static let script = "landing.js"
    static let pageStyle = "pages.css"
    static let passkeyScript = "passkey.js"
    static let formPostScript = "form-post.js"
    static let vaultPageScript = "vault-page.js"
    static let sharingScript = "sharing.js"
    static let cardStyle = "credentials.css"
    static let icon = "favicon.svg"

    private struct Asset {
        let bytes: [UInt8]
        let contentType: String
        let hash: String
    }

    private let assets: [String: Asset]

    init(files: [String: [UInt8]], cards: [CredentialCard]) {
        var files = files
        files[Self.cardStyle] = Array(CardStyle.sheet(for: cards).utf8)
        assets = Dictionary(
            uniqueKeysWithValues: files.map { name, bytes in
                let hash = Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(9)))
                return (name, Asset(bytes: bytes, contentType: Self.contentType(of: name), hash: hash))
            })
    }

    /// Where an asset is, below the issuer's path. The address changes with the content.
    func path(of name: String) -> String {
        let folder = name == Self.icon ? "/" : "/assets/"
        return folder + name + "?v=" + (assets[name]?.hash ?? "")
    }

    func respond(toRequestFor name: some StringProtocol, _ request: EndpointRequest) throws -> EndpointResponse {
        guard let asset = assets[String(name)] else { throw RequestRefusal.notFound }
        let isCurrent = request.query == "v=" + asset.hash
        let tag = "\"" + asset.hash + "\""
        var headers: HTTPFields = [
            .eTag: tag, .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
            .xContentTypeOptions: "nosniff",
        ]
        if request.headers[.ifNoneMatch] == tag { return EndpointResponse(status: .notModified, headers: headers) }
        headers[.contentType] = asset.contentType
        return EndpointResponse(headers: headers, body: asset.bytes)
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
