package import NIOCore

/// Why a mail server cannot be used as it is configured.
package enum SMTPSettingsFault: Error, Equatable {
    /// Without encryption mail goes to this machine only.
    case unencryptedToOtherMachine
    case malformedHost
    case malformedPort
    /// The name to greet with is no host name or address literal.
    case malformedClientName
    /// Empty, longer than 360 bytes together, or with a NUL, which separates them on the wire.
    case malformedCredentials
    case unreadableCertificates
}

/// A name and password for a mail server. Its description shows neither.
package struct SMTPCredentials: Sendable, CustomStringConvertible, CustomReflectable {
    let username: String
    let password: String

    /// - Throws: `malformedCredentials`.
    package init(username: String, password: String) throws(SMTPSettingsFault) {
        // What fits in one AUTH command, RFC 5321 §4.5.3.1.4.
        guard !username.isEmpty, !password.isEmpty, username.utf8.count + password.utf8.count <= 360,
            !username.utf8.contains(0), !password.utf8.contains(0)
        else { throw .malformedCredentials }
        (self.username, self.password) = (username, password)
    }

    package var description: String { "SMTPCredentials(redacted)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The mail server that takes our mail, and how to talk to it.
package struct SMTPSettings: Sendable {
    /// How the connection is encrypted. Wherever it is, the server's certificate is verified for its host.
    package enum Security: Sendable, Equatable {
        /// From the first byte, RFC 8314 §3.3; usually on port 465.
        case implicitTLS
        /// RFC 3207, and nothing is said without; usually on port 587.
        case startTLS
        /// RFC 3207 if the server offers it. Whoever sits between can take the offer away, so mail may be read on its
        /// way; credentials still are never sent without.
        case startTLSIfOffered
        /// To this machine only.
        case none
    }

    /// How long each part may take, RFC 5321 §4.5.3.2, shorter than its minutes: somebody waits for a code.
    package struct Timeouts: Sendable {
        package var connect: TimeAmount
        package var reply: TimeAmount
        /// For the answer to a whole message.
        package var content: TimeAmount

        package init(
            connect: TimeAmount = .seconds(10), reply: TimeAmount = .seconds(30), content: TimeAmount = .seconds(120)
        ) {
            (self.connect, self.reply, self.content) = (connect, reply, content)
        }
    }

    package let host: String
    package let port: Int
    package let security: Security
    package let credentials: SMTPCredentials?
    package let sender: MailSender
    /// What the server is greeted with: this machine's name, or an address in brackets.
    package let clientName: String
    /// PEM with the certificates of authorities to trust; nil for the system's.
    package let certificatesFile: String?
    package let timeouts: Timeouts

    package init(
        host: String, port: Int, security: Security, credentials: SMTPCredentials?, sender: MailSender,
        clientName: String = "[127.0.0.1]", certificatesFile: String? = nil, timeouts: Timeouts = Timeouts()
    ) throws(SMTPSettingsFault) {
        guard Self.isHost(host) else { throw .malformedHost }
        guard (1...65_535).contains(port) else { throw .malformedPort }
        guard Self.isHost(clientName) || clientName.hasPrefix("[") && clientName.hasSuffix("]"),
            clientName.utf8.allSatisfy({ (0x21..<0x7F).contains($0) })
        else { throw .malformedClientName }
        guard security != .none || Self.isLoopback(host) else { throw .unencryptedToOtherMachine }
        (self.host, self.port, self.security, self.credentials) = (host, port, security, credentials)
        (self.sender, self.clientName, self.timeouts) = (sender, clientName, timeouts)
        self.certificatesFile = certificatesFile
    }

    /// Whether credentials may be sent without encryption.
    var isLoopback: Bool { Self.isLoopback(host) }

    private static func isLoopback(_ host: String) -> Bool {
        let address = try? SocketAddress(ipAddress: host, port: 0)
        switch address {
        case .v4?: return host.hasPrefix("127.")
        case .v6?: return host == "::1"
        default: return host == "localhost"
        }
    }

    /// A name or an address, without brackets and port.
    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.isLetterOrDigit || "-._:".unicodeScalars.contains($0) }
    }
}
