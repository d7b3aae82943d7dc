import Verifier
import WireFormats

/// An error response, RFC 6749 §4.1.2.1 and §5.2, OpenID4VCI 1.0 §8.3.1, made fit to be shown.
package struct ServerError: Sendable, Equatable {
    /// Nil if it came by the browser.
    package let status: Int?
    package let code: String
    package let description: String?

    /// What an authorization response says, RFC 6749 §4.1.2.1.
    init(code: String, description: String?, status: Int? = nil) {
        self.status = status
        self.code = code.printable(limit: 60)
        self.description = description?.printable(limit: 200)
    }

    /// Nil if the response has no `error`.
    init?(_ response: ExchangeResponse) {
        guard let object = (try? JSON(parsing: response.body))?.object, let code = object["error"]?.string else {
            return nil
        }
        status = response.status
        self.code = code.printable(limit: 60)
        description = object["error_description"]?.string?.printable(limit: 200)
    }

    var text: String { description.map { "\(code): \($0.trimmingFullStop)" } ?? code }
}

extension String {
    fileprivate var trimmingFullStop: String { hasSuffix(".") ? String(dropLast()) : self }
}
