import ConfigurationFile
import CredentialIssuer
import Foundation
import HTTPTypes
import IdentityRegistry
import Logging
import MessageDelivery
import NIOPosix
import OutgoingHTTP
import PersonAuthentication
import Verifier
import WalletClient
import WebServer

extension IssuerConfiguration {
    /// Where this server may connect to on behalf of others.
    var destinations: AllowedDestinations {
        let allowed = outgoing
        return AllowedDestinations(loopback: false) { address, host in
            allowed.contains { destination in
                switch destination {
                case .range(let range): range.contains(address.bytes)
                case .host(let name, let port): host.host == name && host.port == port
                }
            }
        }
    }
}

extension IPAddress {
    fileprivate var bytes: [UInt8] {
        switch self {
        case .v4(let bytes), .v6(let bytes): bytes
        }
    }
}

extension HTTPFields {
    fileprivate init(_ headers: [WebhookRequest.Header]) {
        self.init()
        for header in headers {
            guard let name = HTTPField.Name(header.name) else { continue }
            self[name] = header.value
        }
    }
}

/// Messages to people: by mail server, gateway, or into files while trying out.
struct MessageChannels: CodeDelivery {
    let mail: any MessageChannel
    let sms: any MessageChannel
    let senderName: String
    /// A text of the locale files by key and language.
    let texts: @Sendable (String, String?, [String: String]) -> String
    let now: @Sendable () -> Date

    init(_ installation: Installation, pages: SitePages, client: GuardedHTTPClient, logger: Logger) throws {
        let configuration = installation.configuration
        let outbox = FileChannel(path: installation.settings.dataDirectory.appending(path: "outbox.jsonl").path)
        mail = try configuration.mail.map { try Self.mail($0, installation, logger) } ?? outbox
        sms = try configuration.sms.map { try Self.sms($0, installation, client) } ?? outbox
        senderName = configuration.display.first?.name ?? "Vouchsafe"
        now = installation.now
        texts = { pages.text($0, language: $1, $2) }
    }

    private static func mail(
        _ settings: MailSettings, _ installation: Installation, _ logger: Logger
    ) throws -> any MessageChannel {
        let credentials = try settings.login.map { login in
            try SMTPCredentials(username: login.username, password: installation.secret(login.passwordFile))
        }
        let security: SMTPSettings.Security =
            switch settings.tls {
            case .starttls: .startTLS
            case .implicit: .implicitTLS
            case .none: .none
            }
        return try SMTPClient(
            SMTPSettings(
                host: settings.host, port: settings.port, security: security, credentials: credentials,
                sender: MailSender(address: EmailAddress(settings.from.address), displayName: settings.from.name)),
            group: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }

    private static func sms(
        _ settings: SMSSettings, _ installation: Installation, _ client: GuardedHTTPClient
    ) throws -> any MessageChannel {
        switch settings {
        case .file(let path): return FileChannel(path: installation.file(path).path)
        case .webhook(let url, let secretFile):
            let secret = try installation.secret(secretFile)
            guard let secrets = WebhookSecrets(bearer: secret, signingKey: Array(secret.utf8)) else {
                throw CommandFailure("\(secretFile): the secret of the webhook must be visible ASCII")
            }
            return WebhookChannel(url: url, secrets: secrets) { request in
                try await client.send(
                    ExchangeRequest(.post, request.url, headers: HTTPFields(request.headers), body: request.body)
                ).status
            }
        }
    }

    func deliver(_ code: String, by method: LoginMethod, to address: String, language: String?) async throws {
        let values = ["code": code, "issuer": senderName]
        switch method {
        case .smsCode:
            try await sms.send(
                OutgoingMessage(
                    to: .phoneNumber(PhoneNumber(address)), subject: senderName,
                    text: texts("message_code_short", language, values), date: now()))
        default:
            try await mail.send(
                OutgoingMessage(
                    to: .emailAddress(EmailAddress(address)),
                    subject: texts("message_code_subject", language, values),
                    text: texts("message_code_text", language, values) + "\n", date: now()))
        }
    }
}
