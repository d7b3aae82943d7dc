import HTTPTypes
import OAuth
import Portal

/// The cookie by which the portal knows a browser: host-only, for the server alone, sent with the provider's redirect but
/// not with a form from elsewhere. Over TLS the `__Host-` prefix keeps neighbours of the same domain from setting it (RFC
/// 6265bis §4.1.3).
struct PortalCookie: Sendable {
    private let name: String
    private let attributes: String

    init(isSecure: Bool) {
        name = (isSecure ? "__Host-" : "") + "vouchsafe-portal"
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    }

    /// Nil for a browser that has none, or one that is not ours.
    func secret(in request: EndpointRequest) -> VisitSecret? {
        for pair in request.headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0] == name { return VisitSecret(parts[1]) }
        }
        return nil
    }

    /// Until the browser is closed.
    func set(_ secret: VisitSecret, on response: inout EndpointResponse) {
        response.headers.append(HTTPField(name: .setCookie, value: "\(name)=\(secret.text)\(attributes)"))
    }

    func remove(from response: inout EndpointResponse) {
        response.headers.append(HTTPField(name: .setCookie, value: "\(name)=\(attributes); Max-Age=0"))
    }
}
