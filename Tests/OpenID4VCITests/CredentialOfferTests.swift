import OpenID4VCI
import TestSupport
import Testing
import WireFormats

@Suite("Credential offer")
struct CredentialOfferTests {
    private func parse(_ json: JSON) throws(CredentialOffer.Malformation) -> CredentialOffer {
        try CredentialOffer(parsing: json.encoded())
    }

    private static func offer(
        _ grant: CredentialOffer.PreAuthorizedCodeGrant?, ids: [String] = ["student", "alumni"],
        authorizationCode: CredentialOffer.AuthorizationCodeGrant? = nil
    ) -> CredentialOffer {
        CredentialOffer(
            credentialIssuer: "https://issuer.example/t", credentialConfigurationIDs: ids, preAuthorizedCode: grant,
            authorizationCode: authorizationCode)
    }

    private static let offers = [
        offer(nil, ids: ["student"]), offer(.init(code: "c", txCode: nil)),
        offer(.init(code: "c\"&é", txCode: .init(), authorizationServer: "https://as.example")),
        offer(
            .init(code: "c", txCode: .init(inputMode: .text, length: 6, description: "Sent by post — 100% safe & +1"))),
        offer(nil, authorizationCode: .init()), offer(nil, authorizationCode: .init(issuerState: "s\"&é")),
        offer(
            .init(code: "c", txCode: nil),
            authorizationCode: .init(issuerState: "s", authorizationServer: "https://as.example")),
    ]

    /// A valid offer with one change to the object itself.
    private func changed(_ name: String, _ value: JSON?) -> JSON {
        var object = Self.offers[1].json.object ?? [:]
        object[name] = value
        return .object(object)
    }

    private func withGrant(_ grant: JSON) -> JSON {
        changed("grants", ["urn:ietf:params:oauth:grant-type:pre-authorized_code": grant])
    }

    @Test("An offer comes back from its JSON and from its link", arguments: offers)
    func roundtrip(offer: CredentialOffer) throws {
        #expect(try parse(offer.json) == offer)
        let link = CredentialOfferLink.byValue(offer)
        #expect(link.text.hasPrefix("openid-credential-offer://?credential_offer=%7B"))
        #expect(try CredentialOfferLink(parsing: link.text) == link)
    }

    @Test("Members that are unknown are ignored, at every level")
    func unknownMembers() throws {
        #expect(try parse(changed("x", [1])) == Self.offers[1])
        #expect(try parse(withGrant(["pre-authorized_code": "c", "interval": 5, "x": nil])) == Self.offers[1])
        let otherGrant: JSON = ["authorization_code": ["issuer_state": "s", "x": 1], "urn:example:grant": 1]
        #expect(try parse(changed("grants", otherGrant)).preAuthorizedCode == nil)
        #expect(try parse(changed("grants", otherGrant)).authorizationCode == .init(issuerState: "s"))
        #expect(try parse(changed("grants", nil)).preAuthorizedCode == nil)
    }

    @Test("An empty tx_code still asks for one, numeric; what is not understood in it counts as absent")
    func txCode() throws {
        for parameters in [[:], ["input_mode": "voice", "length": "4", "description": 1]] as [JSON] {
            let offer = try parse(withGrant(["pre-authorized_code": "c", "tx_code": parameters]))
            #expect(offer.preAuthorizedCode?.txCode == .init(inputMode: .numeric, length: nil, description: nil))
        }
    }

    @Test("What is no JSON object is refused", arguments: ["", "[]", "\"a\"", "{\"a\":1,\"a\":1}", "{}{}"])
    func notJSONObject(text: String) {
        #expect(throws: CredentialOffer.Malformation.notJSONObject) { try CredentialOffer(parsing: text.bytes) }
    }

    @Test("A missing member is refused by name")
    func missing() {
        #expect(throws: CredentialOffer.Malformation.missing("credential_issuer")) {
            try parse(changed("credential_issuer", nil))
        }
        #expect(throws: CredentialOffer.Malformation.missing("credential_issuer")) {
            try parse(changed("credential_issuer", 1))
        }
        #expect(throws: CredentialOffer.Malformation.missing("credential_configuration_ids")) {
            try parse(changed("credential_configuration_ids", nil))
        }
        for grant in [[:], "c", ["pre-authorized_code": ""], ["pre-authorized_code": 1]] as [JSON] {
            #expect(throws: CredentialOffer.Malformation.missing("pre-authorized_code")) { try parse(withGrant(grant)) }
        }
    }

    @Test(
        "Configuration identifiers are a list of different strings, at least one",
        arguments: [[], "student", [1], ["student", 1], ["student", "student"], nil, [nil]] as [JSON])
    func malformedIDs(ids: JSON) {
        #expect(throws: CredentialOffer.Malformation.malformed("credential_configuration_ids")) {
            try parse(changed("credential_configuration_ids", ids))
        }
    }

    @Test("The authorization code grant may be empty; an empty state counts as none")
    func authorizationCode() throws {
        for grant in [[:], ["issuer_state": ""]] as [JSON] {
            #expect(try parse(changed("grants", ["authorization_code": grant])).authorizationCode == .init())
        }
        let grant: JSON = ["issuer_state": "s", "authorization_server": "https://as.example"]
        #expect(
            try parse(changed("grants", ["authorization_code": grant])).authorizationCode
                == .init(issuerState: "s", authorizationServer: "https://as.example"))
        #expect(try parse(changed("grants", nil)).authorizationCode == nil)
    }

    @Test("An authorization code grant that is no object, or has a state that is no text, is refused")
    func malformedAuthorizationCode() {
        for grant in [true, "s", nil, []] as [JSON] {
            #expect(throws: CredentialOffer.Malformation.malformed("authorization_code")) {
                try parse(changed("grants", ["authorization_code": grant]))
            }
        }
        for state in [1, nil, ["s"]] as [JSON] {
            #expect(throws: CredentialOffer.Malformation.malformed("issuer_state")) {
                try parse(changed("grants", ["authorization_code": ["issuer_state": state]]))
            }
        }
    }

    @Test("A tx_code that is no object is refused", arguments: [true, "1234", nil, []] as [JSON])
    func malformedTxCode(value: JSON) {
        #expect(throws: CredentialOffer.Malformation.malformed("tx_code")) {
            try parse(withGrant(["pre-authorized_code": "c", "tx_code": value]))
        }
    }
}

@Suite("Credential offer link")
struct CredentialOfferLinkTests {
    private let uri = "https://issuer.example/offer/1?a=b&c=d"

    @Test(
        "An offer by reference is read from a wallet's link of any kind",
        arguments: [
            "openid-credential-offer://?", "OpenID-Credential-Offer://?", "openid-credential-offer:?", "haip-vci://?",
            "openid-credential-offer://credential_offer?", "https://wallet.example/offer?", "http://localhost/?x=y&",
        ])
    func byReference(start: String) throws {
        let link = start + "credential_offer_uri=" + FormParameters.percentEncode(uri)
        #expect(try CredentialOfferLink(parsing: link) == .byReference(uri: uri))
        #expect(try CredentialOfferLink(parsing: link + "#fragment") == .byReference(uri: uri))
    }

    @Test("A link by reference comes back from its text")
    func roundtrip() throws {
        let link = CredentialOfferLink.byReference(uri: uri)
        #expect(
            link.text == "openid-credential-offer://?credential_offer_uri="
                + "https%3A%2F%2Fissuer.example%2Foffer%2F1%3Fa%3Db%26c%3Dd")
        #expect(try CredentialOfferLink(parsing: link.text) == link)
    }

    @Test(
        "The plain address of an offer is a reference to it",
        arguments: ["https://issuer.example/offer/1", "http://localhost:8080/o?x=y"])
    func plainAddress(address: String) throws {
        #expect(try CredentialOfferLink(parsing: address) == .byReference(uri: address))
    }

    @Test(
        "What is no link is refused",
        arguments: [
            "", "offer", "ftp://issuer.example/offer", "javascript:alert(1)",
            "openid-credential-offers://?credential_offer_uri=a",
            "openid-credential-offer://?credential_offer_uri=%", "openid-credential-offer://?credential_offer_uri=%FF",
            "openid-credential-offer://?credential_offer_uri=a&credential_offer_uri=b", ":?credential_offer_uri=a",
        ])
    func notALink(text: String) {
        #expect(throws: CredentialOfferLink.Malformation.notALink) { try CredentialOfferLink(parsing: text) }
    }

    @Test(
        "Exactly one of offer and reference is wanted",
        arguments: [
            "openid-credential-offer://", "openid-credential-offer://?", "haip-vci://?x=y",
            "openid-credential-offer://?credential_offer=&credential_offer_uri=",
            "openid-credential-offer://?credential_offer=%7B%7D&credential_offer_uri=https%3A%2F%2Fa.example",
            "https://a.example/?credential_offer=%7B%7D&credential_offer_uri=b",
            "openid-credential-offer://#?credential_offer_uri=a",
        ])
    func notExactlyOne(text: String) {
        #expect(throws: CredentialOfferLink.Malformation.notExactlyOneParameter) {
            try CredentialOfferLink(parsing: text)
        }
    }

    @Test("An offer by value that is malformed is refused for what is wrong with it")
    func offer() {
        #expect(throws: CredentialOfferLink.Malformation.offer(.notJSONObject)) {
            try CredentialOfferLink(parsing: "openid-credential-offer://?credential_offer=x")
        }
        #expect(throws: CredentialOfferLink.Malformation.offer(.missing("credential_issuer"))) {
            try CredentialOfferLink(parsing: "openid-credential-offer://?credential_offer=%7B%7D")
        }
    }
}
