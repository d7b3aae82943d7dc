/// A telephone number in international form: `+` and 7 to 15 digits (ITU-T E.164).
package struct PhoneNumber: Sendable, Equatable {
    package let text: String

    /// - Throws: `malformed(.phoneNumber)`.
    package init(_ text: String) throws(MessageFault) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "+"), (7...15).contains(digits.count), digits.first != 0x30,
            digits.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .malformed(.phoneNumber) }
        self.text = text
    }
}

/// Whom a message is for: one person.
package enum MessageRecipient: Sendable, Equatable {
    case emailAddress(EmailAddress)
    case phoneNumber(PhoneNumber)

    package var text: String {
        switch self {
        case .emailAddress(let address): address.text
        case .phoneNumber(let number): number.text
        }
    }
}
