package import PersonAuthentication

/// Brings one-time codes to people: by e-mail or text message.
package protocol CodeDelivery: Sendable {
    /// - Parameter language: a BCP 47 tag, if it is known.
    func deliver(_ code: String, by method: LoginMethod, to address: String, language: String?) async throws
}

/// A code was made but could not be sent. For the operator's log: names no person.
package struct CodeNotSent: Error, Sendable, CustomStringConvertible {
    package let method: LoginMethod
    package let cause: Cause

    package enum Cause: Sendable {
        /// The registry has no address of this person.
        case noAddress
        case failure(any Error)
    }

    package var description: String {
        switch cause {
        case .noAddress: "\(method.rawValue): the person has no address in the registry"
        case .failure(let error): "\(method.rawValue): \(error)"
        }
    }
}
