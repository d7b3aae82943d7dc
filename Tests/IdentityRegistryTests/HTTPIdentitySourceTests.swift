import PersonAuthentication
import RegistryRecords
import Synchronization
import Testing
import WireFormats

@testable import IdentityRegistry

@Suite("Somebody else's service that knows people")
struct HTTPIdentitySourceTests {
    private final class Service: Sendable {
        let requests = Mutex<[HTTPIdentitySource.Request]>([])
        let answer: @Sendable () throws -> HTTPIdentitySource.Answer

        init(_ body: String, status: Int = 200) {
            answer = { HTTPIdentitySource.Answer(status: status, body: Array(body.utf8)) }
        }

        init(failing error: any Error) { answer = { throw error } }

        var source: HTTPIdentitySource {
            HTTPIdentitySource(
                url: "https://kyc.example.org/v1", secret: "s3cret", schema: schema,
                knowledge: [
                    KnowledgeField(name: "name", label: [:], input: .text, normalization: [.letterCase]),
                    KnowledgeField(name: "born", label: [:], input: .date, normalization: []),
                ]
            ) { request in
                self.requests.withLock { $0.append(request) }
                return try self.answer()
            }
        }

        var asked: [String] {
            requests.withLock { requests in
                requests.map { "\($0.url) \($0.authorization) \(String(decoding: $0.body, as: UTF8.self))" }
            }
        }
    }

    private struct Timeout: Error {}

    @Test("Facts, usernames and secrets are verified there")
    func verify() async throws {
        let service = Service(#"{"person":"p-1","assurance":"high"}"#)
        #expect(try await service.source.find(facts: ["name": " Anna ", "born": "2001/2/3", "x": "y"]) == "p-1")
        #expect(try await service.source.find(username: "anna") == "p-1")
        #expect(try await service.source.find(.username("anna"), secret: "pass", kind: .password) == "p-1")
        #expect(try await service.source.find(.person("p-1"), secret: "1234", kind: .pin) == "p-1")
        let bodies = [
            #"{"facts":{"name":"Anna","born":"2001-02-03"}}"#, #"{"username":"anna"}"#,
            #"{"username":"anna","password":"pass"}"#, #"{"person":"p-1","pin":"1234"}"#,
        ]
        #expect(service.asked == bodies.map { "https://kyc.example.org/v1/verify Bearer s3cret " + $0 })
    }

    @Test("Nobody is nobody, and nothing is asked for incomplete facts")
    func nobody() async throws {
        let service = Service(#"{"person":null}"#)
        #expect(try await service.source.find(username: "anna") == nil)
        #expect(try await service.source.find(facts: ["name": "Anna"]) == nil)
        #expect(try await service.source.find(facts: ["name": "Anna", "born": "yesterday"]) == nil)
        #expect(service.asked.count == 1)
    }

    @Test("Only the fields that are needed are asked for, and only those are taken")
    func claims() async throws {
        let service = Service(
            #"{"claims":{"name":"Anna","born":"2001-02-03","credits":40,"honours":true,"languages":["en"],"x":1}}"#)
        let record = try await service.source.person(id: "p-1", fields: ["name", "credits", "unknown"])
        #expect(record == PersonRecord(id: "p-1", fields: ["name": .text("Anna"), "credits": .integer(40)]))
        let whole = try await service.source.person(id: "p-1")
        #expect(whole?.fields.count == 5)
        let bodies = [
            #"{"person":"p-1","claims":["name","credits"]}"#,
            #"{"person":"p-1","claims":["name","born","credits","honours","languages","portrait"]}"#,
        ]
        #expect(service.asked == bodies.map { "https://kyc.example.org/v1/claims Bearer s3cret " + $0 })
    }

    @Test("An unknown person has no claims")
    func unknownPerson() async throws {
        #expect(try await Service("", status: 404).source.person(id: "p-1") == nil)
    }

    @Test(
        "Everything else counts as no answer",
        arguments: [
            (500, "{}"), (503, #"{"person":"p-1"}"#), (401, "{}"), (302, "{}"), (404, "{}"), (200, ""), (200, "[]"),
            (200, "{}"), (200, #"{"person":1}"#), (200, #"{"person":""}"#), (200, #"{"person":"a b"}"#),
            (200, #"{"person":"p-1","person":"p-2"}"#), (200, #"{"person":"p-1"} "# + "x"),
        ])
    func unavailable(status: Int, body: String) async {
        await #expect(throws: SourceUnavailable.self) {
            try await Service(body, status: status).source.find(username: "a")
        }
    }

    @Test(
        "Claims of another type count as no answer",
        arguments: [
            "{}", #"{"claims":[]}"#, #"{"claims":{"name":1}}"#, #"{"claims":{"born":"3 May"}}"#,
            #"{"claims":{"credits":"40"}}"#, #"{"claims":{"portrait":"../etc/passwd.jpg"}}"#,
            #"{"claims":{"portrait":"data:image/png;base64,AAAA"}}"#,
        ])
    func malformedClaims(body: String) async {
        await #expect(throws: SourceUnavailable.self) { try await Service(body).source.person(id: "p-1") }
    }

    @Test("No answer is no answer, and the reason names no person")
    func failing() async {
        let service = Service(failing: Timeout())
        let failure = await #expect(throws: SourceUnavailable.self) {
            try await service.source.find(.username("anna"), secret: "pass", kind: .password)
        }
        #expect(failure?.description == "/verify did not answer: Timeout()")
    }
}
