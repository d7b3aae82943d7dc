/// The server that e-mail is handed to.
package struct MailSettings: Sendable, Equatable {
    package let host: String
    package let port: Int
    package let tls: TLS
    package let login: Login?
    package let from: Mailbox

    package enum TLS: String, Sendable, CaseIterable {
        /// RFC 3207, and never without.
        case starttls
        /// RFC 8314 §3.3.
        case implicit
        /// To this machine only.
        case none
    }

    package struct Login: Sendable, Equatable {
        package let username: String
        package let passwordFile: String
    }

    /// `address`, or `Name <address>`.
    package struct Mailbox: Sendable, Equatable {
        package let name: String?
        package let address: String
    }
}

/// Where text messages are handed over.
package enum SMSSettings: Sendable, Equatable {
    /// A line of JSON for each message is appended to a file.
    case file(String)
    /// Each message is posted to an address, authenticated with the secret in a file.
    case webhook(url: String, secretFile: String)
}
