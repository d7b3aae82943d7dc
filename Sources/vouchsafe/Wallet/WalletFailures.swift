import Verifier
import WalletClient

/// What the wallet's commands say on standard error, in one line, before they exit with 1.
extension WalletRefusal: CustomStringConvertible {
    package var description: String {
        self == .txCodeMissing
            ? "The offer needs a transaction code; ask the issuer for it and give it with --tx-code." : sentence
    }
}

extension WalletStoreRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .folder(let path): "The wallet's folder \(path) cannot be used; check that it is yours and writable."
        case .file(let name): "The file \(name) cannot be read or written; check the disk and permissions."
        case .passphraseNeeded: "The wallet is sealed with a passphrase; give it with --passphrase-file."
        case .noPassphraseExpected:
            "The wallet has no passphrase; leave --passphrase-file out, or use another --store."
        case .wrongPassphrase: "The passphrase does not open this wallet; check --passphrase-file and --store."
        case .emptyPassphrase: "The passphrase is empty; put one into the file."
        case .damagedProtection: "The wallet's key is missing or damaged; restore the wallet's folder from a backup."
        case .damagedCredential(let id): "Credential \(id) is damaged; delete it and ask its issuer for a new one."
        case .unknownCredential(let id):
            "There is no credential \(id.printable(limit: 60)) in this wallet; see `vouchsafe wallet list`."
        }
    }
}

extension HeadlessLoginFailure: CustomStringConvertible {
    package var description: String { sentence }
}

extension LoopbackRedirect.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .cannotListen: "The wallet cannot wait for the browser on this machine; use --headless."
        case .timedOut: "Nobody logged in within five minutes; begin again."
        }
    }
}

extension CommandFailure {
    /// With a sentence that may quote what comes from outside.
    init(printing sentence: String) {
        self.init(sentence.printable(limit: 2000))
    }
}
