import HTTPTypes
import Verifier
import WireFormats

/// One browser's visit to one server.
struct BrowserVisit {
    enum Answer {
        case page(HTMLPage)
        /// Where the visit ends.
        case arrived(String)
    }

    private static let maximumRedirects = 10

    private let exchange: any HTTPExchange
    private let redirectURI: String
    private(set) var cookies: CookieJar
    /// The page that is shown; also the server that the answers are for.
    private var address: WebAddress?

    init(exchange: any HTTPExchange, redirectURI: String, cookies: CookieJar) {
        (self.exchange, self.redirectURI, self.cookies) = (exchange, redirectURI, cookies)
    }

    mutating func open(_ url: String) async throws(HeadlessLoginFailure) -> Answer {
        let start: WebAddress
        do throws(FetchFailure) {
            start = try WebAddress(checking: url)
        } catch {
            throw .exchange(error)
        }
        return try await load(start, form: nil)
    }

    /// Sends a form as pressing `button` does. Of a name in `fields` no other value is sent.
    mutating func submit(
        _ form: HTMLForm, pressing button: HTMLForm.Control?, _ fields: [(String, String)]
    ) async throws(HeadlessLoginFailure) -> Answer {
        guard let button, form.isPost, let address else { throw .unknownPage }
        guard let target = URLReference.resolve(form.action, against: address), target.origin == address.origin else {
            throw .otherOrigin
        }
        let others = (form.hidden + [button]).filter { control in
            !control.name.isEmpty && !fields.contains { $0.0.hasSameBytes(as: control.name) }
        }
        let pairs = others.map { ($0.name, $0.value) } + fields
        let body = pairs.map { FormParameters.percentEncode($0.0) + "=" + FormParameters.percentEncode($0.1) }
        return try await load(target, form: body.joined(separator: "&"))
    }

    private mutating func load(
        _ target: WebAddress, form: String?
    ) async throws(HeadlessLoginFailure) -> Answer {
        var (target, form) = (target, form)
        for _ in 0...Self.maximumRedirects {
            let response = try await send(to: target, form: form)
            cookies.take(response.headers, from: target)
            address = target
            guard (300..<400).contains(response.status) else { return try page(in: response) }
            guard let location = response.headers[.location] else { throw .status(response.status) }
            if isEnd(location) { return .arrived(location) }
            guard let next = URLReference.resolve(location, against: target), next.origin == target.origin else {
                throw .otherOrigin
            }
            // 307 and 308 would have the answers sent again: no server that asks for a password should.
            guard [301, 302, 303].contains(response.status) || form == nil else { throw .status(response.status) }
            (target, form) = (next, nil)
        }
        throw .tooManySteps
    }

    private func send(to target: WebAddress, form: String?) async throws(HeadlessLoginFailure) -> ExchangeResponse {
        var headers: HTTPFields = [.accept: "text/html"]
        headers[.cookie] = cookies.header(for: target)
        if form != nil {
            headers[.contentType] = "application/x-www-form-urlencoded"
            headers[.origin] = target.origin
        }
        do throws(FetchFailure) {
            return try await exchange.send(
                ExchangeRequest(
                    form == nil ? .get : .post, target.text, headers: headers, body: form.map { Array($0.utf8) } ?? []))
        } catch {
            throw .exchange(error)
        }
    }

    private func page(in response: ExchangeResponse) throws(HeadlessLoginFailure) -> Answer {
        guard response.headers[.contentType]?.lowercased().hasPrefix("text/html") == true else {
            throw .status(response.status)
        }
        return .page(HTMLPage(parsing: response.body))
    }

    private func isEnd(_ location: String) -> Bool {
        guard location.utf8.starts(with: redirectURI.utf8) else { return false }
        let next = location.utf8.dropFirst(redirectURI.utf8.count).first
        return next.map("?&#".utf8.contains) ?? true
    }
}
