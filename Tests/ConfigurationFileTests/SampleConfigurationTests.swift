import ConfigurationFile
import CredentialFormats
import CredentialIssuer
import Foundation
import OAuth
import PersonAuthentication
import RegistryRecords
import Testing

@Suite("The sample configuration")
struct SampleConfigurationTests {
    private func text() throws -> String {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/vouchsafe/Sample/vouchsafe.yaml")
        return try String(contentsOf: file, encoding: .utf8)
    }

    private func sample() throws -> IssuerConfiguration {
        try IssuerConfiguration(parsing: try text(), publicURL: "http://localhost:8080")
    }

    private static let languages = ["en", "ar", "fr", "uk"]

    @Test("It has no mistakes, and its five credentials")
    func parses() throws {
        let configuration = try sample()
        #expect(
            configuration.credentials.map(\.id) == [
                "student-id", "student-id-jwt", "study-id", "enrolment", "student-card",
            ])
        #expect(
            configuration.credentials.map(\.format.identifier) == [
                "dc+sd-jwt", "jwt_vc_json", "jwt_vc_json-ld", "dc+sd-jwt", "dc+sd-jwt",
            ])
        #expect(configuration.display.map(\.locale) == Self.languages)
        #expect(configuration.credentials.allSatisfy { $0.display.map(\.locale) == Self.languages })
        #expect(configuration.credentials.allSatisfy { $0.isKeyBound == ($0.id != "student-card") })
        #expect(configuration.batchSize == 10)
        #expect(configuration.registry.fields.count == 18)
    }

    @Test("The proof of enrolment has ten claims, all selectively disclosable")
    func enrolment() throws {
        let enrolment = try sample().credentials[3]
        #expect(enrolment.claims.count == 10)
        #expect(
            enrolment.claims.allSatisfy {
                $0.isSelectivelyDisclosable && $0.isRequired && $0.display.map(\.locale) == Self.languages
            })
    }

    @Test("The study ID is the one of the document")
    func studyID() throws {
        let study = try sample().credentials[2]
        #expect(study.claims.map(\.name) == ["first_name", "last_name", "student_id", "portrait", "university"])
        #expect(
            study.format
                == .jwtVCJSONLD(
                    W3CCredentialType(
                        dataModel: .version2, types: ["VerifiableCredential", "StudyID"],
                        contexts: ["https://www.w3.org/ns/credentials/v2"])))
    }

    @Test("The student card on paper has few claims, all of them shown")
    func studentCard() throws {
        let card = try sample().credentials[4]
        #expect(card.claims.map(\.name) == ["given_name", "family_name", "student_number", "programme"])
        #expect(card.claims.allSatisfy { !$0.isSelectivelyDisclosable && $0.display.map(\.locale) == Self.languages })
        #expect(card.scope == "student_card")
    }

    @Test("People can log in in every way, by two levels")
    func login() throws {
        let login = try #require(try sample().login)
        #expect(login.methods == LoginMethod.allCases)
        #expect(login.usernameFields == ["email"])
        #expect(login.knowledge.map(\.name) == ["student_number", "family_name", "birth_date"])
        #expect(login.knowledge.allSatisfy { Set($0.label.keys) == Set(Self.languages) })
        #expect(login.levels.map(\.acr) == ["urn:vouchsafe:acr:basic", "urn:vouchsafe:acr:strong"])
        #expect(login.levels[1].alternatives == [[.password, .emailCode], [.password, .smsCode], [.passkey]])
    }

    @Test("Claims of OpenID Connect come from the students' fields, and have names in four languages")
    func claims() throws {
        let claims = try sample().authorizationServer.claims
        #expect(
            claims.map(\.name) == [
                "given_name", "family_name", "birthdate", "picture", "email", "phone_number", "address",
            ])
        #expect(
            claims.map(\.scope) == ["profile", "profile", "profile", "profile", "email", "phone", "address"])
        #expect(claims.allSatisfy { $0.display.entries.map(\.language) == Self.languages })
    }

    @Test("The wallet is its client, public and bound to its key")
    func wallet() throws {
        let wallet = try #require(try sample().clients.first)
        #expect(wallet.id == "vouchsafe-wallet")
        #expect(wallet.authentication == .public && wallet.requiresDPoP && wallet.isVerified)
        #expect(wallet.redirectURIs.map(\.text) == ["http://127.0.0.1/callback"])
        #expect(wallet.grants == [.authorizationCode, .refreshToken])
        #expect(wallet.scopes == nil)
    }

    @Test("It needs nothing more for any role that runs with the others")
    func roles() throws {
        #expect(try sample().faults(for: Set(ServerRole.allCases)) == nil)
    }

    @Test("What it shows in comments can be taken as it is")
    func comments() throws {
        let text = try text().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let uncommented = text.map { line in
            for key in [
                "# server:", "#   public_url", "#   host:", "# mail:", "#   tls", "#   user", "#   pass", "#   from",
                "# sms:", "  # - id:", "  #   ",
            ]
            where line.hasPrefix(key) {
                return line.replacing("# ", with: "", maxReplacements: 1)
            }
            return line
        }
        let configuration = try parse(uncommented.joined(separator: "\n"))
        #expect(configuration.clients.map(\.id) == ["vouchsafe-wallet", "library"])
        #expect(configuration.mail?.login?.username == "registry")
        #expect(configuration.sms != nil && configuration.publicURL == "https://issuer.example.org")
    }
}
