import CredentialFormats
import CredentialIssuer
import Crypto
import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import RegistryRecords
import Synchronization
import TransactionTimeline
import WireFormats

@testable import WebServer

/// A landing page in memory, and how requests reach it.
struct Landing {
    static let address = "https://northmere.example"
    static let start = Date(timeIntervalSince1970: 1_750_000_000)

    let store = MemoryStore()
    let clock = Clock()
    let table: RouteTable

    /// - Parameter people: the first is in the registry, the others are not.
    init(
        address: String = Landing.address, issuer: String = "Northmere",
        people: [TryOutPerson] = [TryOutPerson(id: "p1", name: "Anna Berg")],
        configurations: [CredentialConfiguration] = [Landing.studentID, Landing.libraryCard]
    ) throws {
        let root = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
        let codes = TicketMint(root: root, purpose: "code", issuer: address)
        let (store, clock) = (store, clock)
        let issuance = CredentialIssuance(
            issuerIdentifier: address, configurations: configurations,
            encoder: { _, _ in throw CancellationError() },
            nonces: TicketMint(root: root, purpose: "nonce", issuer: address), persons: store, store: store,
            policy: CredentialIssuance.Policy(batchSize: 1, nonceLifetime: .seconds(300)))
        let offers = Offers(
            issuerIdentifier: address, offerEndpoint: address + "/offers", codes: codes, store: store,
            issuance: issuance, policy: Offers.Policy(lifetime: .seconds(600), txCodeLength: 6), now: { clock.now })
        let site = try LandingSite(
            publicURL: address,
            display: [
                CredentialDisplay(name: issuer, locale: "en"), CredentialDisplay(name: "نورثمير", locale: "ar"),
            ],
            configurations: configurations, offers: offers,
            offerByValue: { offer in
                CredentialOffer(
                    credentialIssuer: address, credentialConfigurationIDs: offer.credentialConfigurationIDs,
                    preAuthorizedCode: CredentialOffer.PreAuthorizedCodeGrant(
                        code: codes.ticket(for: offer.id).text, txCode: nil))
            },
            tryOut: people, now: { clock.now })
        table = RouteTable(site.routes)
    }

    static let studentID = CredentialConfiguration(
        id: "student-id", format: .sdJWTVC(vct: address + "/vct/student-id", decoys: 0), scope: nil,
        validity: .seconds(86_400), isKeyBound: true,
        display: [
            CredentialDisplay(
                name: "Student ID", locale: "en", description: "Shows that you study.", backgroundColor: "#1f3a5f",
                textColor: "#ffffff"),
            CredentialDisplay(name: "بطاقة الطالب", locale: "ar", backgroundColor: "#1f3a5f"),
        ],
        claims: [
            claim("given_name", .text(from: "name"), "Given name", arabic: "الاسم الأول"),
            claim("address", .nested([claim("street", .text(from: nil), "Street")]), "Address"),
        ])

    /// Needs a claim that the registry lacks.
    static let libraryCard = CredentialConfiguration(
        id: "library-card",
        format: .jwtVCJSON(W3CCredentialType(dataModel: .version2, types: ["VerifiableCredential"], contexts: [])),
        scope: nil, validity: .seconds(86_400), isKeyBound: true,
        display: [CredentialDisplay(name: "Library card", locale: "en", backgroundColor: "#fc8")],
        claims: [
            ClaimRule(name: "shelf", kind: .text(from: "shelf"), isSelectivelyDisclosable: false, isRequired: true)
        ])

    static func claim(_ name: String, _ kind: ClaimRule.Kind, _ shown: String, arabic: String? = nil) -> ClaimRule {
        ClaimRule(
            name: name, kind: kind, isSelectivelyDisclosable: true, isRequired: false,
            display: [ClaimRule.DisplayName(locale: "en", name: shown)]
                + (arabic.map { [ClaimRule.DisplayName(locale: "ar", name: $0)] } ?? []))
    }
}

// MARK: Requests

extension Landing {
    struct NoRoute: Error {}

    func get(_ target: String, _ headers: HTTPFields = [:]) async throws -> EndpointResponse {
        try await send(.get, target, headers, body: "")
    }

    /// Sends the form as a browser does, with what is changed in `headers`.
    func post(
        _ form: String = "person=p1&credential=student-id", to target: String = "/try", _ changes: HTTPFields = [:]
    ) async throws -> EndpointResponse {
        var headers: HTTPFields = [
            .contentType: "application/x-www-form-urlencoded", .origin: Landing.address, .secFetchSite: "same-origin",
        ]
        for field in changes { headers[field.name] = field.value }
        return try await send(.post, target, headers, body: form)
    }

    private func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: HTTPFields, body: String
    ) async throws -> EndpointResponse {
        let parts = target.split(separator: "?", maxSplits: 1)
        guard case .route(let route, let parameter) = table.match(method, String(parts[0])) else { throw NoRoute() }
        let request = EndpointRequest(
            method: method, query: parts.count == 2 ? parts[1] : "", headers: headers, body: Array(body.utf8))
        return try await route.handler(request, parameter)
    }

    /// Makes an offer; the address of its page.
    func makeOffer(_ form: String = "person=p1&credential=student-id") async throws -> String {
        try await post(form).headers[.location] ?? ""
    }
}

extension EndpointResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The text inside the element with that `data-test`, which has none of its own kind inside.
    func part(_ name: String) -> String? {
        let parts = text.split(separator: " data-test=\"\(name)\"", maxSplits: 1)
        guard parts.count == 2, let element = parts[0].split(separator: "<").last?.prefix(while: \.isLetter),
            let open = parts[1].firstIndex(of: ">"), let end = parts[1].firstRange(of: "</\(element)>")
        else { return nil }
        return parts[1][open..<end.lowerBound].split(separator: "<", omittingEmptySubsequences: false)
            .map { $0.drop { $0 != ">" }.dropFirst() }.joined()
    }
}

// MARK: What the site is made on

final class Clock: Sendable {
    private let instant = Mutex(Landing.start)

    var now: Date { instant.withLock { $0 } }
    func advance(by seconds: Double) { instant.withLock { $0 += seconds } }
}

final class MemoryStore: OfferStore, PersonSource, IssuanceStore {
    private struct Kept {
        var offers: [TicketID: StoredOffer] = [:]
        var timelines: [TicketID: [TimelineEvent]] = [:]
    }

    private let kept = Mutex(Kept())

    var offers: [StoredOffer] { kept.withLock { Array($0.offers.values) } }

    func insert(_ offer: StoredOffer) async throws { kept.withLock { $0.offers[offer.id] = offer } }
    func offer(_ id: TicketID) async throws -> StoredOffer? { kept.withLock { $0.offers[id] } }
    func offers(before: TicketID?, limit: Int) async throws -> [StoredOffer] { [] }
    func cancel(_ id: TicketID, at instant: Date) async throws -> Bool { false }
    func timeline(of id: TicketID) async throws -> [TimelineEvent] { kept.withLock { $0.timelines[id] ?? [] } }
    func record(_ issuance: Issuance) async throws -> Result<Void, IssuanceRefusal> { .success(()) }

    func append(_ event: TimelineEvent, to id: TicketID) async throws {
        kept.withLock { $0.timelines[id, default: []].append(event) }
    }

    func person(id: String) async throws -> PersonRecord? {
        id == "p1" ? PersonRecord(id: id, fields: ["name": .text("Anna")]) : nil
    }

    /// Makes the only offer look as if so much had happened to it.
    func change(_ progress: StoredOffer.Progress) {
        kept.withLock { kept in
            for (id, offer) in kept.offers { kept.offers[id] = offer.with(progress) }
        }
    }

    func note(_ step: TimelineEvent.Step, _ outcome: TimelineEvent.Outcome = .done) {
        kept.withLock { kept in
            for id in kept.offers.keys {
                kept.timelines[id, default: []].append(TimelineEvent(at: Landing.start, step: step, outcome: outcome))
            }
        }
    }
}

extension StoredOffer {
    func with(_ progress: Progress) -> StoredOffer {
        StoredOffer(
            id: id, credentialConfigurationIDs: credentialConfigurationIDs, subject: subject, txCodeMAC: txCodeMAC,
            createdAt: createdAt, expiresAt: expiresAt, progress: progress)
    }
}
