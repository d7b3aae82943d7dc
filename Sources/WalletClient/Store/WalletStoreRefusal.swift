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
}
