/// Why the wallet's folder cannot be used.
package enum WalletStoreRefusal: Error, Equatable, Sendable {
    case folder(String)
    case file(String)
    /// The wallet was made with a passphrase, and none was given.
    case passphraseNeeded
    /// The wallet was made without a passphrase, and one was given.
    case noPassphraseExpected
    case wrongPassphrase
    case emptyPassphrase
    /// The file that says how the wallet is sealed, or its key, is missing or unreadable.
    case damagedProtection
    case damagedCredential(id: String)
    case unknownCredential(id: String)

    /// One sentence that says what to do.
    package var sentence: String {
        switch self {
        case .folder(let path): "The wallet's folder \(path) cannot be used; check that it is yours and writable."
        case .file(let name): "The wallet's file \(name) cannot be read or written; check the disk and permissions."
        case .passphraseNeeded: "The wallet is sealed with a passphrase; give it with --passphrase-file."
        case .noPassphraseExpected: "The wallet has no passphrase; leave --passphrase-file out, or use another --store."
        case .wrongPassphrase: "The passphrase does not open this wallet."
        case .emptyPassphrase: "The passphrase is empty; put one into the file."
        case .damagedProtection: "The wallet's key is missing or damaged; restore the wallet's folder from a backup."
        case .damagedCredential(let id): "Credential \(id) is damaged; delete it and ask its issuer for a new one."
        case .unknownCredential(let id): "There is no credential \(id) in this wallet; see `vouchsafe wallet list`."
        }
    }
}
