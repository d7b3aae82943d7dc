/// `mail`: how e-mail leaves.
enum MailSection {
    static func settings(_ file: MappingReader) -> MailSettings? {
        guard let mail = file.mapping("mail") else { return nil }
        mail.allow(["host", "port", "tls", "username", "password_file", "from"])
        mail.require("host", "the server that e-mail is handed to")
        mail.require("from", "who the e-mail is from, as \"Registry <no-reply@example.org>\"")
        let host = mail.text("host", "the name or address of a server is expected", AddressSyntax.isHost)
        let tls: MailSettings.TLS = mail.choice("tls") ?? .starttls
        let port = mail.integer("port", in: 1...65535) ?? defaultPort(tls)
        if tls == .none, let host, !AddressSyntax.isLoopback(host) {
            mail.fault(
                "only a server on localhost may be spoken to without encryption; use starttls or implicit", "tls")
        }
        let login = login(mail)
        let from = from(mail)
        guard let host, let from else { return nil }
        return MailSettings(host: host, port: port, tls: tls, login: login, from: from)
    }

    /// RFC 6409 §3.1, RFC 8314 §7.3, RFC 5321 §4.5.4.2.
    private static func defaultPort(_ tls: MailSettings.TLS) -> Int {
        switch tls {
        case .starttls: 587
        case .implicit: 465
        case .none: 25
        }
    }

    private static func login(_ mail: MappingReader) -> MailSettings.Login? {
        let username = mail.text("username")
        let file = mail.text("password_file")
        if mail.has("username") != mail.has("password_file") {
            mail.fault("\"username\" and \"password_file\" go together")
        }
        guard let username, let file else { return nil }
        return .init(username: username, passwordFile: file)
    }

    private static func from(_ mail: MappingReader) -> MailSettings.Mailbox? {
        guard let text = mail.text("from") else { return nil }
        guard let mailbox = MailSettings.Mailbox(text) else {
            mail.fault("an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\"", "from")
            return nil
        }
        return mailbox
    }
}

extension MailSettings.Mailbox {
    /// The useful part of RFC 5322 §3.4: nothing that a header would have to quote around the address.
    fileprivate init?(_ text: String) {
        var (name, address) = ("", Substring(text))
        if let start = text.firstIndex(of: "<") {
            guard text.hasSuffix(">") else { return nil }
            name = String(text[..<start].reversed().drop { $0 == " " }.reversed())
            address = text[text.index(after: start)...].dropLast()
        }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), AddressSyntax.isHost(String(parts[1])),
            parts[0].utf8.allSatisfy({ WireSyntax.isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0) }),
            !name.contains(where: { "<>\"\n".contains($0) })
        else { return nil }
        self.init(name: name.isEmpty ? nil : name, address: String(address))
    }
}

/// `sms`: how text messages leave.
enum SMSSection {
    static func settings(_ file: MappingReader) -> SMSSettings? {
        guard let sms = file.mapping("sms") else { return nil }
        sms.allow(["file", "webhook"])
        switch sms.exactlyOne(of: ["file", "webhook"]) {
        case "file": return sms.text("file").map { .file($0) }
        case "webhook": return sms.mapping("webhook").flatMap(webhook)
        default: return nil
        }
    }

    private static func webhook(_ reader: MappingReader) -> SMSSettings? {
        reader.authenticatedService("where messages are posted to").map {
            .webhook(url: $0.url, secretFile: $0.secretFile)
        }
    }
}

extension MappingReader {
    /// `url` and `secret_file` of somebody who is asked or told over HTTP.
    func authenticatedService(
        _ what: String, _ rule: String = AddressRule.web, _ check: (String) -> Bool = AddressRule.checkWeb
    ) -> (url: String, secretFile: String)? {
        allow(["url", "secret_file"])
        require("url", what)
        require("secret_file", "the file with the secret that requests are authenticated with")
        let url = text("url", rule, check)
        guard let file = text("secret_file"), let url else { return nil }
        return (url, file)
    }
}
