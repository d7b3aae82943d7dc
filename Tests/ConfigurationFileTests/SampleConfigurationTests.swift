import ConfigurationFile
import CredentialFormats
import CredentialIssuer
import Foundation
import RegistryRecords
import Testing

@Suite("The sample configuration")
struct SampleConfigurationTests {
    private func sample() throws -> IssuerConfiguration {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/vouchsafe/Sample/vouchsafe.yaml")
        return try parse(try String(contentsOf: file, encoding: .utf8))
    }

    @Test("It has no mistakes, and its four credentials")
    func parses() throws {
        let configuration = try sample()
        #expect(configuration.credentials.map(\.id) == ["student-id", "student-id-jwt", "study-id", "enrolment"])
        #expect(
            configuration.credentials.map(\.format.identifier) == [
                "dc+sd-jwt", "jwt_vc_json", "jwt_vc_json-ld", "dc+sd-jwt",
            ])
        #expect(configuration.credentials.allSatisfy { $0.display.map(\.locale) == ["en", "ar"] && $0.isKeyBound })
        #expect(configuration.batchSize == 10)
        #expect(configuration.registry.fields.count == 17)
    }

    @Test("The proof of enrolment has ten claims, all selectively disclosable")
    func enrolment() throws {
        let enrolment = try #require(try sample().credentials.last)
        #expect(enrolment.claims.count == 10)
        #expect(enrolment.claims.allSatisfy { $0.isSelectivelyDisclosable && $0.isRequired && $0.display.count == 2 })
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
}
