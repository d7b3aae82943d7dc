/// Sends letters by e-mail.
package protocol PortalMail: Sendable {
    /// Once this returns, somebody else has taken responsibility for the letter.
    func send(_ letter: PortalLetter) async throws(PortalMailRefusal)
}

/// Why a letter was not taken. The reason is for the operator, without address and text.
package struct PortalMailRefusal: Error, Sendable, Equatable {
    package let reason: String

    package init(reason: String) { self.reason = reason }
}

/// A credential on its way to a mailbox.
package struct PortalLetter: Sendable {
    package let recipient: RegisteredAddress
    package let subject: String
    package let text: String
    package let enclosures: [DeliveredFile]

    package init(recipient: RegisteredAddress, subject: String, text: String, enclosures: [DeliveredFile]) {
        (self.recipient, self.subject, self.text, self.enclosures) = (recipient, subject, text, enclosures)
    }
}
