package import AuthorizationServer
package import Foundation
import HTTPTypes
package import OAuth
import PersonAuthentication
import WireFormats

/// The cookies by which the provider knows a browser.
///
/// Host-only, for the server alone, and sent with a link from elsewhere but not with a form from elsewhere; over TLS the
/// `__Host-` prefix keeps neighbours of the same domain from setting them (RFC 6265bis §4.1.3).
package struct BrowserCookies: Sendable {
    let isSecure: Bool
    let sessions: TicketMint
    let seal: @Sendable ([UInt8]) -> [UInt8]
    let open: @Sendable ([UInt8]) -> [UInt8]?
    private let wireNames: [Name: String]

    /// - Parameters:
    ///   - seal: makes what only this server can read, for the cookie that names a person's device.
    ///   - open: nil for what `seal` did not make.
    package init(
        isSecure: Bool, sessions: TicketMint, seal: @escaping @Sendable ([UInt8]) -> [UInt8],
        open: @escaping @Sendable ([UInt8]) -> [UInt8]?
    ) {
        self.isSecure = isSecure
        self.sessions = sessions
        self.seal = seal
        self.open = open
        wireNames = Dictionary(
            uniqueKeysWithValues: Name.allCases.map { ($0, (isSecure ? "__Host-" : "") + $0.rawValue) })
    }

    private enum Name: String, CaseIterable {
        case browser = "vouchsafe-browser"
        case session = "vouchsafe-session"
        case device = "vouchsafe-device"
    }

    /// A device is known for half a year after its last login.
    private static let deviceLifetime = 180 * 86_400
    private static let secretLength = 32
    private static let maximumLength = 1024

    package func browser(_ request: EndpointRequest, language: String? = nil) -> Browser {
        let values = cookies(of: request)
        let secret = values[.browser].flatMap { try? Base64URL.decode($0) }
        return Browser(
            secret: secret?.count == Self.secretLength ? secret : nil,
            session: values[.session].flatMap { sessions.recognise($0) },
            knownDevice: values[.device].flatMap { try? Base64URL.decode($0) }.flatMap(open).flatMap(Self.device),
            address: request.clientAddress, language: language)
    }

    package func apply(_ changes: BrowserChanges, to response: inout EndpointResponse, at instant: Date) {
        if let secret = changes.secret { set(.browser, Base64URL.encode(secret), lifetime: nil, on: &response) }
        if let session = changes.session {
            let lifetime = Int(session.expiresAt.timeIntervalSince(instant))
            set(.session, sessions.ticket(for: session.id).text, lifetime: lifetime, on: &response)
        }
        if changes.endsSession { set(.session, "", lifetime: 0, on: &response) }
        if let device = changes.device {
            let sealed = seal(Array((device.device + "\n" + device.person).utf8))
            set(.device, Base64URL.encode(sealed), lifetime: Self.deviceLifetime, on: &response)
        }
    }

    private static func device(_ bytes: [UInt8]) -> LoginCircumstances.KnownDevice? {
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return LoginCircumstances.KnownDevice(person: String(parts[1]), device: String(parts[0]))
    }

    private func cookies(of request: EndpointRequest) -> [Name: String] {
        var found: [Name: String] = [:]
        for pair in request.headers[values: .cookie].flatMap({ $0.utf8.split(separator: UInt8(ascii: ";")) }) {
            let cookie = pair.drop { $0 == UInt8(ascii: " ") }
            guard let separator = cookie.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let value = cookie[cookie.index(after: separator)...]
            guard value.count <= Self.maximumLength else { continue }
            for (name, wireName) in wireNames where found[name] == nil {
                if cookie[..<separator].elementsEqual(wireName.utf8) { found[name] = String(Substring(value)) }
            }
        }
        return found
    }

    private func set(_ name: Name, _ value: String, lifetime: Int?, on response: inout EndpointResponse) {
        var cookie = "\(wireNames[name] ?? name.rawValue)=\(value); Path=/; HttpOnly; SameSite=Lax"
        if let lifetime { cookie += "; Max-Age=\(max(0, lifetime))" }
        if isSecure { cookie += "; Secure" }
        response.headers.append(HTTPField(name: .setCookie, value: cookie))
    }
}
