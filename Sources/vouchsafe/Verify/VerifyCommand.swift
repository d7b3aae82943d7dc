import ArgumentParser
import Foundation
import Verifier
import WireFormats

/// `vouchsafe verify`: checks a credential of any format and says what was checked, by which key.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Verify a credential.",
        discussion: """
            Without --trust, the keys count that the issuer of the credential publishes: those of the server at \
            http://localhost:$PORT (8080 if unset) for its own credentials, those of any other issuer over https.
            """)

    @Argument(
        help: "A file with the credential, bare or as `vouchsafe wallet show --json` prints it; - for standard input.")
    var file: String

    @Option(
        help: ArgumentHelp(
            "Trust these only: certificates in PEM, or a JSON Web Key Set. May be repeated.", valueName: "file"))
    var trust: [String] = []

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let credential = try VerifyInput.credential(in: VerifyInput.read(file))
        let trust = try VerifyTrust(files: trust)
        let report: VerificationReport
        do throws(UnreadableCredential) {
            report = try await CredentialVerifier(keys: trust.keys).verify(credential, at: Date())
        } catch {
            if json { print(JSON.object(["valid": false, "error": .string(error.explanation)])) }
            throw CommandFailure(printing: "Not a credential that can be verified: \(error.explanation).")
        }
        let output = VerifyOutput(report: report, trust: trust.sentence(for: report.issuer))
        if json { print(output.json) } else { print(output.lines.joined(separator: "\n")) }
        guard report.isValid else {
            let failure =
                report.failure.map { "\($0.name.rawValue): \($0.detail)" } ?? "not everything could be checked"
            let advice = report.keyUsed == nil ? trust.advice(for: report.issuer).map { " " + $0 } ?? "" : ""
            throw CommandFailure(printing: "The credential is not valid: \(failure).\(advice)")
        }
    }
}
