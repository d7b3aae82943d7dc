import HTTPTypes
import NIOHTTP1

extension HTTPFields {
    /// The fields of a request, but for those whose names are none.
    init(received headers: HTTPHeaders) {
        self.init()
        reserveCapacity(headers.count)
        for (name, value) in headers {
            guard let name = Self.usual[name] ?? HTTPField.Name(name) else { continue }
            append(HTTPField(name: name, value: value))
        }
    }

    /// The names that nearly all requests have, as they are mostly spelled: making one takes longer than finding it.
    private static let usual: [String: HTTPField.Name] = {
        let names = [
            "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Connection",
            "Content-Length", "Content-Type", "Cookie", "DPoP", "Host", "Origin", "Referer", "Sec-Fetch-Dest",
            "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-Fetch-User", "Upgrade-Insecure-Requests", "User-Agent",
            "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
        ]
        let spellings = names.flatMap { [$0, $0.lowercased()] }
        return Dictionary(
            spellings.compactMap { spelling in HTTPField.Name(spelling).map { (spelling, $0) } },
            uniquingKeysWith: { first, _ in first })
    }()
}
