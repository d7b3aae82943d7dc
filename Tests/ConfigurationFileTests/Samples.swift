import ConfigurationFile
import CredentialIssuer

/// A valid configuration to change one thing in. Lines matter: tests name them.
let valid = """
    issuer:
      display: [{name: Northmere, locale: en}]
    registry:
      fields:
        given_name: {type: text, required: true}
        birth_date: date
        credits: integer
        honours: boolean
        languages: list
        portrait: image
    credentials:
      student-id:
        format: dc+sd-jwt
        type: student-id
        scope: student_id
        validity: 365d
        decoys: 2
        claims:
          given_name: {from: given_name, type: text}
          birth_date: {from: birth_date, type: date}
      student-jwt:
        format: jwt_vc_json
        type: StudentID
        data_model: "2.0"
        validity: 24h
        claims:
          name: {from: given_name, type: text, required: true}

    """

func parse(_ yaml: String) throws(ConfigurationFaults) -> IssuerConfiguration {
    try IssuerConfiguration(parsing: yaml, publicURL: "https://issuer.example.org")
}

/// What parsing `yaml` reports, a line for each mistake.
func report(_ yaml: String) -> String {
    do throws(ConfigurationFaults) {
        _ = try parse(yaml)
        return ""
    } catch {
        return error.report(file: "f")
    }
}

/// The valid configuration with a part replaced. The part must be there.
func changed(_ part: String, _ replacement: String) -> String {
    let pieces = valid.split(separator: part, omittingEmptySubsequences: false)
    precondition(pieces.count > 1, "not in the sample: \(part)")
    return pieces[0] + replacement + pieces[1...].joined(separator: part)
}
