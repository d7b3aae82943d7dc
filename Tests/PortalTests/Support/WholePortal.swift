import Crypto
import Foundation
import HTTPTypes
import IdentityRegistry
import JOSE
import Logging
import MessageDelivery
import OAuth
import Synchronization
import WalletClient
import WireFormats

@testable import Storage
@testable import WebServer
@testable import vouchsafe

/// The portal as the program runs it, with provider, issuer and mail server in memory.
struct WholePortal {
    let clock = Clock()
    let world: FakeWorld
    let post = FakePost()
    let disk: TestDatabase
    let table: RouteTable

    init(sendsLetters: Bool = true, starts: Int? = nil, _ change: (inout FakeWorld.Behaviour) -> Void = { _ in }) throws
    {
        let clock = clock
        world = FakeWorld(now: { clock.now }, change)
        disk = try TestDatabase()
        let database = disk.database
        let role = PortalRole(
            provider: FakeWorld.provider, issuer: FakeWorld.issuer, publicURL: TestPortal.address, exchange: world,
            identity: .privateKeyJWT(clientID: "portal", signer: FakeWorld.clientKey, keyID: nil),
            mail: sendsLetters ? post : nil, store: SQLPortalVisits(database: database),
            limiter: starts.map {
                AddressLimiter(
                    store: SQLAttemptStore(database: database), label: "starts", limit: $0, window: .seconds(900),
                    keys: IdentityKeys(root: SymmetricKey(size: .bits256)))
            }, now: { clock.now })
        let site = role.site(
            pages: try TestPortal.pages(), keys: { PublishedDocument(["keys": []]) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        table = RouteTable(site.routes)
    }

    /// A new one.
    var browser: Browser { Browser(table, disk) }

    /// Chooses a credential and comes back from the provider.
    func visit(
        _ credential: String, _ outcome: AuthorizationResponse.Outcome = .code("code-1")
    ) async throws -> (browser: Browser, response: EndpointResponse) {
        let browser = browser
        let departure = try await browser.start(credential)
        guard departure.status == .seeOther else { return (browser, departure) }
        let answer = world.answer(outcome).dropFirst(TestPortal.address.count)
        return (browser, try await browser.get(String(answer)))
    }
}

final class FakePost: MessageChannel {
    private let messages = Mutex<[OutgoingMessage]>([])

    var sent: [OutgoingMessage] { messages.withLock { $0 } }

    func send(_ message: OutgoingMessage) async throws(DeliveryFailure) { messages.withLock { $0.append(message) } }
}
