import Foundation
import JOSE
import Verifier
import WireFormats

/// A verification report as `vouchsafe verify` prints it.
struct VerifyOutput {
    let report: VerificationReport
    /// What the report rests on.
    let trust: String

    /// With `--json`: stable, members are only ever added.
    var json: JSON {
        var object: JSONObject = [
            "valid": .bool(report.isValid), "format": .string(report.format.identifiers[0]), "trust": .string(trust),
        ]
        object["issuer"] = report.issuer.map(JSON.string)
        if let key = report.keyUsed {
            var used: JSONObject = ["alg": .string(key.algorithm.rawValue)]
            used["kid"] = key.keyID.map(JSON.string)
            used["thumbprint"] = .string(key.thumbprint)
            used["source"] = .string(key.source)
            object["key"] = .object(used)
        }
        if let content = report.content {
            object["types"] = .array(content.types.map(JSON.string))
            object["subject"] = content.subject.map(JSON.string)
            object["holder_key"] = content.holderKey.map { .string(Base64URL.encode($0.thumbprint)) }
            object["issued_at"] = content.issuedAt.map { .string($0.formatted(.iso8601)) }
            object["expires_at"] = content.expiresAt.map { .string($0.formatted(.iso8601)) }
            object["withheld"] = .integer(Int64(content.withheldCount))
            object["claims"] = .object(content.claims)
        }
        object["checks"] = .array(
            report.checks.map {
                ["name": .string($0.name.rawValue), "outcome": .string($0.outcome.text), "detail": .string($0.detail)]
            })
        return .object(object)
    }

    /// For people: the answer, what it is about, each check, the claims.
    var lines: [String] {
        var lines = [(report.isValid ? "Valid: " : "NOT VALID: ") + report.format.name]
        lines.append("Issuer   \((report.issuer ?? "not named").printable())")
        if let content = report.content {
            lines.append("Type     \(content.types.joined(separator: ", ").printable())")
            if let key = content.holderKey { lines.append("Holder   key \(Base64URL.encode(key.thumbprint))") }
            if let issued = content.issuedAt { lines.append("Issued   \(issued.formatted(.iso8601))") }
            if let expires = content.expiresAt { lines.append("Expires  \(expires.formatted(.iso8601))") }
        }
        if let key = report.keyUsed {
            lines.append("Key      \((key.keyID ?? "without kid").printable()), \(key.algorithm.rawValue)")
        }
        lines += ["Trust    \(trust.printable())", ""] + report.checks.map(Self.row)
        if let content = report.content, report.isValid {
            lines += ["", "Claims"] + ClaimLines.lines(of: content.claims).map { "  " + $0 }
        }
        return lines
    }

    private static func row(_ check: Check) -> String {
        let name = check.name.rawValue.replacing("_", with: " ")
        let outcome =
            switch check.outcome {
            case .passed: "passed"
            case .failed: "FAILED"
            case .notApplicable: "-"
            case .notChecked: "not checked"
            }
        return pad(name, 17) + pad(outcome, 13) + check.detail.printable()
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
