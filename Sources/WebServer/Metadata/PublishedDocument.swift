import Crypto
import HTTPTypes
package import OAuth
package import WireFormats

/// A public document made once and served as bytes, with an entity tag for conditional requests (RFC 9110 §13.1.2).
package struct PublishedDocument: Sendable {
    private let whole: EndpointResponse
    private let byLanguage: [(language: String, response: EndpointResponse)]

    package init(_ json: JSON, contentType: String = "application/json") {
        whole = Self.response(json, contentType, language: nil)
        byLanguage = []
    }

    /// A document that is also there in each of `languages`.
    package init(languages: [String], _ json: (_ language: String?) -> JSON) {
        whole = Self.response(json(nil), "application/json", language: nil, varies: true)
        byLanguage = languages.map {
            ($0, Self.response(json($0), "application/json", language: $0, varies: true))
        }
    }

    package func respond(to request: EndpointRequest) -> EndpointResponse {
        let response = choose(request.headers[.acceptLanguage])
        if let known = request.headers[.ifNoneMatch], Self.list(known, has: response.headers[.eTag]) {
            var headers = response.headers
            headers[.contentType] = nil
            return EndpointResponse(status: .notModified, headers: headers)
        }
        return response
    }

    /// `If-None-Match`, RFC 9110 §13.1.2: tags in a list, compared weakly as caches on the way may have weakened them.
    private static func list(_ known: String, has tag: String?) -> Bool {
        guard let tag else { return false }
        return known.split(separator: ",").contains { entry in
            let entry = entry.filter { $0 != " " && $0 != "\t" }
            return entry == "*" || entry == tag || entry == "W/" + tag
        }
    }

    private func choose(_ acceptLanguage: String?) -> EndpointResponse {
        guard let acceptLanguage, !byLanguage.isEmpty else { return whole }
        let wanted = LanguagePreference.parse(acceptLanguage)
        return LanguagePreference.best(of: byLanguage.map(\.language), for: wanted).flatMap { best in
            byLanguage.first { $0.language == best }?.response
        } ?? whole
    }

    private static func response(
        _ json: JSON, _ contentType: String, language: String?, varies: Bool = false
    ) -> EndpointResponse {
        let body = json.encoded()
        let digest = SHA256.hash(data: body)
        var headers: HTTPFields = [
            .contentType: contentType, .cacheControl: "public, max-age=60",
            .eTag: "\"" + Base64URL.encode(Array(digest.prefix(12))) + "\"", .accessControlAllowOrigin: "*",
        ]
        if varies { headers[.vary] = "Accept, Accept-Language" }
        if let language { headers[.contentLanguage] = language }
        return EndpointResponse(headers: headers, body: body)
    }
}
