import OAuth
package import SQLStatements

extension DatabaseFailure: Outage {
    package var isPassing: Bool {
        switch kind {
        case .unreachable, .readOnly, .diskFull, .serialization, .timeout, .overloaded, .outcomeUnknown, .cancelled,
            .closed:
            true
        case .authenticationRefused, .databaseMissing, .permissionMissing, .constraintViolation, .invalidValue,
            .misconfigured, .other:
            false
        }
    }
}
