/// Whom mail is from: an address and the name that people read beside it.
package struct MailSender: Sendable, Equatable {
    private static let maximumNameBytes = 256

    package let address: EmailAddress
    package let displayName: String?

    /// - Throws: `empty`, `controlCharacter` or `tooLong` of `.displayName`.
    package init(address: EmailAddress, displayName: String?) throws(MessageFault) {
        if let displayName {
            guard !displayName.isEmpty else { throw .empty(.displayName) }
            guard !displayName.unicodeScalars.contains(where: \.isControl) else {
                throw .controlCharacter(.displayName)
            }
            guard displayName.utf8.count <= Self.maximumNameBytes else { throw .tooLong(.displayName) }
        }
        (self.address, self.displayName) = (address, displayName)
    }
}
