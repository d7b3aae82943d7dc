import PersonAuthentication
import RegistryRecords

/// Sends one-time codes behind the answers: whoever asks for one sees neither whether there is somebody to send it to
/// nor how long that takes.
///
/// ``run()`` is a service: it sends until ``finish()`` or until its task is cancelled.
package final class CodeDispatch: Sendable {
    struct Order: Sendable {
        let code: String
        let method: LoginMethod
        /// Nil for nobody: such an order is taken like any other and left alone.
        let person: String?
        let language: String?
    }

    private let source: any IdentitySource
    private let addressFields: [LoginMethod: String]
    private let delivery: any CodeDelivery
    private let report: @Sendable (CodeNotSent) -> Void
    private let orders: AsyncStream<Order>
    private let queue: AsyncStream<Order>.Continuation
    private let parallelism: Int

    /// - Parameters:
    ///   - capacity: how many codes may wait; beyond that none are taken.
    ///   - parallelism: how many are sent at once.
    ///   - report: told of each code that could not be sent.
    package init(
        settings: LoginSettings, source: any IdentitySource, delivery: any CodeDelivery, capacity: Int = 1000,
        parallelism: Int = 8, report: @escaping @Sendable (CodeNotSent) -> Void
    ) {
        self.source = source
        self.delivery = delivery
        self.report = report
        self.parallelism = parallelism
        addressFields = settings.codes.mapValues(\.addressField)
        (orders, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(capacity))
    }

    /// Whether there was room.
    func enqueue(_ order: Order) -> Bool {
        switch queue.yield(order) {
        case .enqueued: true
        default: false
        }
    }

    /// Takes no more orders; what waits is still sent.
    package func finish() { queue.finish() }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await order in orders {
                if running == parallelism { await group.next() } else { running += 1 }
                group.addTask { await self.send(order) }
            }
        }
    }

    private func send(_ order: Order) async {
        guard let person = order.person, let field = addressFields[order.method] else { return }
        do {
            let record = try await source.person(id: person, fields: [field])
            guard case .text(let address)? = record?.fields[field], !address.isEmpty else {
                return report(CodeNotSent(method: order.method, cause: .noAddress))
            }
            try await delivery.deliver(order.code, by: order.method, to: address, language: order.language)
        } catch {
            report(CodeNotSent(method: order.method, cause: .failure(error)))
        }
    }
}
