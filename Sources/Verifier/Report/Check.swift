/// One thing that a verifier looks at, and what came of it.
package struct Check: Sendable, Equatable {
    package enum Name: String, Sendable, CaseIterable {
        /// The issuer's key is one that may be relied on.
        case issuerKey = "issuer_key"
        case signature
        /// `typ` says that the JWT is what it is read as.
        case typeHeader = "type_header"
        /// What the format demands of the payload, and claims that say the same thing twice agree.
        case dataModel = "data_model"
        case validity
        /// The credential names the key of its holder.
        case holderKey = "holder_key"
        case disclosures
        /// Claims that must not be withheld stand in the signed payload.
        case reservedClaims = "reserved_claims"
        /// The holder signed this presentation.
        case presentation
        case status
    }

    package enum Outcome: Sendable, Equatable {
        case passed
        case failed
        /// The credential has nothing of the kind.
        case notApplicable
        /// There is something to check, and nobody did.
        case notChecked

        package var text: String {
            switch self {
            case .passed: "passed"
            case .failed: "failed"
            case .notApplicable: "not_applicable"
            case .notChecked: "not_checked"
            }
        }
    }

    package let name: Name
    package let outcome: Outcome
    /// A clause for people. May quote the credential: not yet fit for a terminal.
    package let detail: String
}

/// Checks as they are made. Whatever has not been reached when the report is made counts as not checked.
struct CheckList {
    private var made: [Check.Name: Check] = [:]

    mutating func record(_ name: Check.Name, _ outcome: Check.Outcome, _ detail: String) {
        made[name] = Check(name: name, outcome: outcome, detail: detail)
    }

    /// Records `name` as failed with the explanation, or as passed with `detail` if there is none.
    mutating func record(_ name: Check.Name, failure: String?, otherwise detail: String) {
        record(name, failure == nil ? .passed : .failed, failure ?? detail)
    }

    func complete() -> [Check] {
        let failure = Check.Name.allCases.first { made[$0]?.outcome == .failed }
        return Check.Name.allCases.map { name in
            made[name]
                ?? Check(
                    name: name, outcome: .notChecked, detail: "not reached: \(failure?.rawValue ?? "nothing") failed")
        }
    }
}
