import Foundation
import HTTPTypes
import OAuth

/// The operator's page for organizations and scopes, at the management address.
///
/// The page itself holds nothing; its script asks for the management key and calls the management API with it.
package struct ConsoleSite: Sendable {
    private let files: [(path: String, type: String, bytes: [UInt8])]

    package init() throws {
        let types = ["html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css"]
        files = try LandingResources.files(in: "console", withExtension: nil).map { name, bytes in
            let ending = name.split(separator: ".").last.map(String.init) ?? ""
            return (name == "console.html" ? "/console" : "/console/" + name, types[ending] ?? "text/plain", bytes)
        }
    }

    package var routes: [Route] {
        files.map { file in
            Route(.get, .exact(file.path), name: "console") { _, _ in
                var headers = Self.headers
                headers[.contentType] = file.type
                return EndpointResponse(headers: headers, body: file.bytes)
            }
        }
    }

    private static let headers: HTTPFields = [
        .cacheControl: "no-store", .xContentTypeOptions: "nosniff", .frameOptions: "DENY",
        .referrerPolicy: "no-referrer", .crossOriginOpenerPolicy: "same-origin",
        .contentSecurityPolicy: [
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        ].joined(separator: "; "),
    ]
}
