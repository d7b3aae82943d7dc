import Crypto
import MessageDelivery
import Synchronization
import Testing
import WireFormats

/// A clock whose sleeps end at once, or never but by cancellation.
private struct TestClock: Clock {
    let isOver: Bool
    var now: ContinuousClock.Instant { ContinuousClock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        if isOver { return }
        try await untilCancelled()
    }
}

private func untilCancelled() async throws -> Never {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    await withTaskCancellationHandler {
        for await _ in stream {}
    } onCancel: {
        continuation.finish()
    }
    throw CancellationError()
}

@Suite("Messages posted to a webhook")
struct WebhookChannelTests {
    private struct Unreachable: Error {}

    private func channel(
        isOver: Bool = false, post: @escaping @Sendable (WebhookRequest) async throws -> Int
    ) throws -> WebhookChannel {
        WebhookChannel(
            url: "https://sms.example.org/send",
            secrets: try #require(WebhookSecrets(bearer: "bearer-1", signingKey: Array("key".utf8))),
            clock: TestClock(isOver: isOver), post: post)
    }

    private func message(attachments: [MessageAttachment] = []) throws -> OutgoingMessage {
        try OutgoingMessage(
            to: .phoneNumber(PhoneNumber("+34600000000")), subject: "not sent", text: "Código 123456",
            attachments: attachments, date: Samples.date)
    }

    @Test("The request has recipient and text, the bearer secret, and a signature over its bytes")
    func request() async throws {
        let seen = Mutex<WebhookRequest?>(nil)
        try await channel { request in
            seen.withLock { $0 = request }
            return 204
        }.send(message())
        let request = try #require(seen.withLock { $0 })
        #expect(request.url == "https://sms.example.org/send")
        #expect(try JSON(parsing: request.body) == ["to": "+34600000000", "text": "Código 123456"])
        // Computed with another implementation of HMAC-SHA256 over the same bytes.
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "Content-Type: application/json", "Authorization: Bearer bearer-1",
                "Vouchsafe-Signature: sha256=5c3031c25e5b9aef994efcc01012a84b060400beba80a1afb14123c22ddee197",
            ])
    }

    @Test("Any status of success is one", arguments: [200, 201, 202, 204, 299])
    func success(status: Int) async throws {
        try await channel { _ in status }.send(message())
    }

    @Test("Any other status is a refusal", arguments: [100, 199, 300, 302, 400, 401, 429, 500])
    func refused(status: Int) async throws {
        await #expect(throws: DeliveryFailure.webhookRefused(status: status)) {
            try await channel { _ in status }.send(message())
        }
    }

    @Test("A failure of the request is told without its cause")
    func unreachable() async throws {
        await #expect(throws: DeliveryFailure.webhookUnreachable) {
            try await channel { _ in throw Unreachable() }.send(message())
        }
    }

    @Test("A service that does not answer in time is given up, and the request cancelled")
    func timeout() async throws {
        let wasCancelled = Mutex(false)
        await #expect(throws: DeliveryFailure.webhookTimedOut) {
            try await channel(isOver: true) { _ in
                do {
                    try await untilCancelled()
                } catch {
                    wasCancelled.withLock { $0 = true }
                    throw error
                }
            }.send(message())
        }
        #expect(wasCancelled.withLock { $0 })
    }

    @Test("Attachments are refused before anything is sent")
    func attachments() async throws {
        let attachment = try MessageAttachment(name: "a", mediaType: "a/b", bytes: [])
        await #expect(throws: DeliveryFailure.unsupportedAttachments) {
            try await channel { _ in
                Issue.record("a request was sent")
                return 200
            }.send(message(attachments: [attachment]))
        }
    }

    @Test("Secrets that cannot stand in a header are refused", arguments: ["", "a b", "a\r\nb", "é", "a\"", "a\0"])
    func secrets(bearer: String) {
        #expect(WebhookSecrets(bearer: bearer, signingKey: [1]) == nil)
        #expect(WebhookSecrets(bearer: "a", signingKey: []) == nil)
    }
}
