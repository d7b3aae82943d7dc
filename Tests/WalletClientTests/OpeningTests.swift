import Foundation
import HTTPTypes
import OAuth
import OpenID4VCI
import Testing
import Verifier
import WireFormats

@testable import WalletClient

@Suite("Opening an offer")
struct OpeningTests {
    @Test("What is offered is told before anything is asked for")
    func shown() async throws {
        let issuer = FakeIssuer()
        let offered = try await issuance(issuer).open(FakeIssuer.link)
        #expect(offered.issuer == FakeIssuer.url)
        #expect(offered.issuerName == "Example University")
        #expect(offered.credentials.map(\.name) == ["Student card", "StudentCard"])
        #expect(offered.credentials.map(\.format) == ["dc+sd-jwt", "jwt_vc_json"])
        #expect(offered.credentials[0].claims.map(\.text) == ["First name", "university"])
        #expect(offered.credentials[1].claims.map(\.text) == ["given_name"])
        #expect(offered.txCode == nil)
        #expect(issuer.requests.allSatisfy { $0.method == .get })
    }

    @Test(
        "Names come in the best language there is",
        arguments: [
            (["es", "en"], "Universidad", "Carné"), (["es-MX"], "Universidad", "Carné"),
            (["fr", "en"], "Example University", "Student card"), (["fr"], "Example University", "Student card"),
            ([], "Example University", "Student card"),
        ])
    func languages(tags: [String], issuerName: String, name: String) async throws {
        let issuer = FakeIssuer()
        let offered = try await issuance(issuer, languages: tags).open(FakeIssuer.link)
        #expect(offered.issuerName == issuerName)
        #expect(offered.credentials[0].name == name)
        let header = issuer.requests(to: "openid-credential-issuer/university")[0].headers[.acceptLanguage]
        #expect(header?.hasPrefix(tags.first ?? "") ?? tags.isEmpty)
    }

    @Test("An offer by value, and the bare address of one, open too")
    func otherLinks() async throws {
        let value =
            "openid-credential-offer://?credential_offer="
            + FormParameters.percentEncode(JSON.object(FakeIssuer.offer).description)
        for link in [
            value, FakeIssuer.offerURL, FakeIssuer.link.replacing("openid-credential-offer", with: "haip-vci"),
        ] {
            #expect(try await issuance(FakeIssuer()).open(link).credentials.count == 2)
        }
    }

    @Test("A transaction code is announced with its description")
    func txCode() async throws {
        let issuer = FakeIssuer {
            $0.documents[FakeIssuer.offerURL] = FakeIssuer.offer.with(
                "grants",
                .object([
                    GrantType.preAuthorizedCode: [
                        "pre-authorized_code": "code-1", "tx_code": ["length": 6, "description": "By post"],
                    ]
                ]))
        }
        let offered = try await issuance(issuer).open(FakeIssuer.link)
        #expect(offered.txCode == CredentialOffer.TxCode(length: 6, description: "By post"))
    }

    @Test("Metadata is looked for where older issuers put it, if it is not where it belongs")
    func appendedWellKnown() async throws {
        let issuer = FakeIssuer {
            $0.documents[FakeIssuer.metadataURL] = nil
            $0.documents[FakeIssuer.url + "/.well-known/openid-credential-issuer"] = .object(FakeIssuer.metadata)
            $0.documents[FakeIssuer.serverMetadataURL] = nil
            $0.documents[FakeIssuer.server + "/.well-known/openid-configuration"] = .object(FakeIssuer.serverMetadata)
        }
        #expect(try await issuance(issuer).open(FakeIssuer.link).credentials.count == 2)
    }

    @Test("A lone slash after the host is no difference between offer and metadata, anything else is")
    func trailingSlash() async throws {
        let root = "https://issuer.example"
        for (inOffer, inMetadata, isSame) in [
            (root + "/", root, true), (root, root + "/", true), (root, root, true),
            (FakeIssuer.url + "/", FakeIssuer.url, false), (FakeIssuer.url, FakeIssuer.url + "/", false),
            (root, "https://issuer.example:444", false),
        ] {
            let issuer = FakeIssuer {
                let document = FakeIssuer.metadata.with("credential_issuer", .string(inMetadata))
                $0.documents[FakeIssuer.offerURL] = FakeIssuer.offer.with("credential_issuer", .string(inOffer))
                $0.documents[root + "/.well-known/openid-credential-issuer"] = document
                $0.documents[FakeIssuer.metadataURL] = document
                $0.documents[FakeIssuer.metadataURL + "/"] = document
            }
            let offered = try? await issuance(issuer).open(FakeIssuer.link)
            #expect((offered != nil) == isSame)
        }
    }

    @Test("Of several authorization servers one that knows the grant is taken, or the one that the offer names")
    func severalServers() async throws {
        let second = "https://second.example"
        let change: @Sendable (inout FakeIssuer.Behaviour) -> Void = {
            $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                "authorization_servers", [.string(second), .string(FakeIssuer.server)])
            $0.documents[second + "/.well-known/oauth-authorization-server"] = [
                "issuer": .string(second), "token_endpoint": "https://second.example/token",
                "grant_types_supported": ["authorization_code"],
            ]
        }
        let chosen = try await issuance(FakeIssuer(change)).open(FakeIssuer.link)
        #expect(chosen.server.tokenEndpoint == FakeIssuer.server + "/token")
        let named = FakeIssuer {
            change(&$0)
            $0.documents[FakeIssuer.offerURL] = FakeIssuer.offer.with(
                "grants",
                .object([
                    GrantType.preAuthorizedCode: [
                        "pre-authorized_code": "code-1", "authorization_server": .string(second),
                    ]
                ]))
        }
        #expect(try await issuance(named).open(FakeIssuer.link).server.tokenEndpoint == "https://second.example/token")
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let refusal: WalletRefusal
        var link = FakeIssuer.link
        var change: @Sendable (inout FakeIssuer.Behaviour) -> Void = { _ in }
    }

    private static let offerURL = FakeIssuer.offerURL
    static let faults = [
        Fault(testDescription: "no link", refusal: .link(.notALink), link: "hello"),
        Fault(
            testDescription: "empty link", refusal: .link(.notExactlyOneParameter), link: "openid-credential-offer://"),
        Fault(
            testDescription: "offer over plain http", refusal: .exchange(.offer, .address(.notEncrypted)),
            link: "http://issuer.example/offers/1"),
        Fault(
            testDescription: "no such offer", refusal: .status(.offer, 404), change: { $0.documents[offerURL] = nil }),
        Fault(
            testDescription: "offer is no object", refusal: .offer(.notJSONObject),
            change: { $0.documents[offerURL] = [] }),
        Fault(
            testDescription: "no pre-authorized code", refusal: .loginNeeded,
            change: { $0.documents[offerURL] = FakeIssuer.offer.with("grants", nil) }),
        Fault(
            testDescription: "issuer by plain http", refusal: .issuerIdentifier,
            change: { $0.documents[offerURL] = FakeIssuer.offer.with("credential_issuer", "http://issuer.example") }),
        Fault(
            testDescription: "issuer with a query", refusal: .issuerIdentifier,
            change: { $0.documents[offerURL] = FakeIssuer.offer.with("credential_issuer", "https://a.example?b") }),
        Fault(
            testDescription: "metadata of another issuer", refusal: .documentOfOtherIssuer(.issuerMetadata),
            change: {
                $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                    "credential_issuer", "https://attacker.example")
            }),
        Fault(
            testDescription: "malformed metadata", refusal: .malformedAnswer(.issuerMetadata),
            change: { $0.documents[FakeIssuer.metadataURL] = [:] }),
        Fault(
            testDescription: "metadata unreachable", refusal: .exchange(.issuerMetadata, .timedOut),
            change: { $0.failures[FakeIssuer.metadataURL] = .timedOut }),
        Fault(
            testDescription: "server metadata of another",
            refusal: .documentOfOtherIssuer(.authorizationServerMetadata),
            change: {
                $0.documents[FakeIssuer.serverMetadataURL] = FakeIssuer.serverMetadata.with(
                    "issuer", "https://attacker.example")
            }),
        Fault(
            testDescription: "server not of this issuer", refusal: .authorizationServerNotListed,
            change: {
                $0.documents[offerURL] = FakeIssuer.offer.with(
                    "grants",
                    .object([
                        GrantType.preAuthorizedCode: [
                            "pre-authorized_code": "code-1", "authorization_server": "https://attacker.example",
                        ]
                    ]))
            }),
        Fault(
            testDescription: "unknown configuration", refusal: .notInMetadata(configurationID: "other"),
            change: { $0.documents[offerURL] = FakeIssuer.offer.with("credential_configuration_ids", ["other"]) }),
        Fault(
            testDescription: "no format of ours", refusal: .nothingSupported,
            change: {
                $0.documents[FakeIssuer.metadataURL] = FakeIssuer.metadata.with(
                    "credential_configurations_supported", ["sd": ["format": "mso_mdoc"], "w3c": ["format": "ldp_vc"]])
            }),
    ]

    @Test("Each fault is refused for what it is, before the code is spent", arguments: faults)
    func refused(fault: Fault) async {
        let issuer = FakeIssuer(fault.change)
        await #expect(throws: fault.refusal) { try await issuance(issuer).open(fault.link) }
        #expect(issuer.requests.allSatisfy { $0.method == .get })
        #expect(fault.refusal.sentence.hasSuffix("."))
    }
}
