import Crypto
import WireFormats

/// A request that a webhook is to get.
package struct WebhookRequest: Sendable, Equatable {
    /// Always POST.
    package let url: String
    package let headers: [Header]
    package let body: [UInt8]

    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String
    }
}

/// What a webhook's requests are authenticated with. Its description shows neither.
package struct WebhookSecrets: Sendable, CustomStringConvertible, CustomReflectable {
    /// For `Authorization: Bearer` (RFC 6750 §2.1).
    let bearer: String
    /// The key of the signature. The same as `bearer` only if the receiver cannot keep two: then the signature does
    /// not protect from whoever sees the header.
    let signingKey: [UInt8]

    /// Nil if the bearer secret has other characters than RFC 6750 allows, or either is empty.
    package init?(bearer: String, signingKey: [UInt8]) {
        let isToken = bearer.utf8.allSatisfy { byte in
            Unicode.Scalar(byte).isLetterOrDigit || "-._~+/=".utf8.contains(byte)
        }
        guard isToken, !bearer.isEmpty, !signingKey.isEmpty else { return nil }
        (self.bearer, self.signingKey) = (bearer, signingKey)
    }

    package var description: String { "WebhookSecrets(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Posts messages to a service that sends them on, such as a gateway for text messages.
///
/// The body is JSON with `to` and `text`. `Vouchsafe-Signature` is `sha256=` and, in hexadecimal, the HMAC-SHA256
/// (RFC 2104) of the body's bytes. Any status from 200 to 299 means that the service has taken the message.
package struct WebhookChannel: MessageChannel {
    private let url: String
    private let secrets: WebhookSecrets
    private let timeout: Duration
    private let clock: any Clock<Duration>
    private let post: @Sendable (WebhookRequest) async throws -> Int

    /// - Parameters:
    ///   - timeout: until the status is there; `post` is then cancelled and has to return.
    ///   - post: sends the request and gives the response's status. Which addresses it may reach is its own matter.
    package init(
        url: String, secrets: WebhookSecrets, timeout: Duration = .seconds(10),
        clock: any Clock<Duration> = ContinuousClock(), post: @escaping @Sendable (WebhookRequest) async throws -> Int
    ) {
        (self.url, self.secrets, self.timeout, self.clock, self.post) = (url, secrets, timeout, clock, post)
    }

    package func send(_ message: OutgoingMessage) async throws(DeliveryFailure) {
        guard message.attachments.isEmpty else { throw .unsupportedAttachments }
        let status = try await status(of: request(for: message)).get()
        guard (200..<300).contains(status) else { throw .webhookRefused(status: status) }
    }

    private func request(for message: OutgoingMessage) -> WebhookRequest {
        let body = JSON.object(["to": .string(message.recipient.text), "text": .string(message.text)]).encoded()
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: secrets.signingKey))
        let signature = code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return WebhookRequest(
            url: url,
            headers: [
                .init(name: "Content-Type", value: "application/json"),
                .init(name: "Authorization", value: "Bearer " + secrets.bearer),
                .init(name: "Vouchsafe-Signature", value: "sha256=" + signature),
            ], body: body)
    }

    /// The status, or what came first of a failure and the end of the time.
    private func status(of request: WebhookRequest) async -> Result<Int, DeliveryFailure> {
        await withTaskGroup(of: Result<Int, DeliveryFailure>.self) { group in
            group.addTask {
                do {
                    return .success(try await post(request))
                } catch {
                    // The cause may name the address.
                    return .failure(.webhookUnreachable)
                }
            }
            group.addTask {
                // Cancelled once there is a status: then nobody reads this.
                try? await clock.sleep(for: timeout)
                return .failure(.webhookTimedOut)
            }
            let first = await group.next() ?? .failure(.webhookTimedOut)
            group.cancelAll()
            return first
        }
    }
}
