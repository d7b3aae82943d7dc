/// One mistake each in what the full configuration says about others.
enum ServiceMistakes {
    static let all: [Mistake] = [
        (
            "  host: smtp.example.org\n", "",
            "f:76: mail: \"host\" is missing: the server that e-mail is handed to"
        ),
        (
            "smtp.example.org", "smtp_example.org:25",
            "f:77: mail.host: the name or address of a server is expected"
        ),
        (
            "port: 2525", "port: 0",
            "f:78: mail.port: a whole number from 1 to 65535 is expected"
        ),
        (
            "tls: implicit", "tls: none",
            """
            f:79: mail.tls: only a server on localhost may be spoken to without encryption; use starttls or implicit
            """
        ),
        (
            "tls: implicit", "tls: start",
            "f:79: mail.tls: one of starttls, implicit, none is expected"
        ),
        (
            "  username: registry\n", "",
            """
            f:76: mail: "username" and "password_file" go together
            """
        ),
        (
            "  password_file: mail-password\n", "",
            """
            f:76: mail: "username" and "password_file" go together
            """
        ),
        (
            "  from: \"Registry Office <no-reply@example.org>\"\n", "",
            """
            f:76: mail: "from" is missing: who the e-mail is from, as "Registry <no-reply@example.org>"
            """
        ),
        (
            "Registry Office <no-reply@example.org>", "Registry Office",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "no-reply@",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "a@b@c",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "Registry <a@example.org",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "Registry <a@example.org> x",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "\\\"A\\\" <a@example.org>",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "Registry Office <no-reply@example.org>", "a b@example.org",
            "f:82: mail.from: an address is expected, as no-reply@example.org or \"Registry <no-reply@example.org>\""
        ),
        (
            "sms: {webhook", "sms: {file: a, webhook",
            """
            f:83: sms: exactly one of "file" and "webhook" is expected
            """
        ),
        (
            "\"https://sms.example.org/send\"", "\"http://sms.example.org/send\"",
            """
            f:83: sms.webhook.url: an https address is expected, as https://example.org/… (http is for localhost only)
            """
        ),
        (
            ", secret_file: sms-secret", "",
            """
            f:83: sms.webhook: "secret_file" is missing: the file with the secret that requests are authenticated with
            """
        ),
        (
            "url: \"https://sms.example.org/send\", ", "",
            "f:83: sms.webhook: \"url\" is missing: where messages are posted to"
        ),
        (
            "sms: {webhook: {url: \"https://sms.example.org/send\", secret_file: sms-secret}}\n", "",
            """
            f:70: login.methods.sms_code: codes are sent as text messages: add "sms" (only a server on localhost does \
            without)
            """
        ),
        (
            """
            mail:
              host: smtp.example.org
              port: 2525
              tls: implicit
              username: registry
              password_file: mail-password
              from: "Registry Office <no-reply@example.org>"

            """, "",
            """
            f:69: login.methods.email_code: codes are sent by e-mail: add "mail" (only a server on localhost does \
            without)
            """
        ),
        (
            "  - {issuer: \"https://as.example.org\", ", "  - {",
            "f:85: authorization_servers[0]: \"issuer\" is missing: the identifier of the authorization server"
        ),
        (
            "\"https://as.example.net/\"", "\"http://as.example.net/\"",
            """
            f:86: authorization_servers[1].issuer: an https address without query and fragment is expected, as \
            https://as.example.org (http is for localhost only)
            """
        ),
        (
            "\"https://as.example.net/\"", "\"https://as.example.org\"",
            "f:86: authorization_servers[1].issuer: there is an entry for \"https://as.example.org\" already"
        ),
        (
            "tokens: introspection", "tokens: introspect",
            """
            f:85: authorization_servers[0].tokens: one of jwt, introspection is expected; did you mean \
            "introspection"?
            """
        ),
        (
            "tokens: introspection", "tokens: jwt",
            """
            f:85: authorization_servers[0].client_id: this is for introspection only
            f:85: authorization_servers[0].secret_file: this is for introspection only
            """
        ),
        (
            "client_id: issuer, secret_file: as-secret", "token: x",
            """
            f:85: authorization_servers[0].token: there is no such setting; did you mean "tokens"?
            f:85: authorization_servers[0]: "client_id" is missing: what the authorization server knows this issuer as
            f:85: authorization_servers[0]: "secret_file" is missing: the file with the secret that introspection is \
            authenticated with
            """
        ),
        (
            "field: email}", "field: e_mail}",
            """
            f:86: authorization_servers[1].subject.field: the registry has no field "e_mail"; did you mean "email"?
            """
        ),
        (
            "field: email}", "field: credits}",
            """
            f:86: authorization_servers[1].subject.field: "credits" is integer in the registry; a person is found by \
            text
            """
        ),
        (
            ", client_id: gate", "",
            "f:87: portal: \"client_id\" is missing: what the provider knows the portal as"
        ),
        (
            "provider: \"https://as.example.org\", issuer: \"https://issuer.example.net\", client_id: gate",
            "provider: \"https://as.example.org\"",
            "f:87: portal: \"client_id\" is missing: what the provider knows the portal as"
        ),
        (
            "client_id: gate", "client_id: a b",
            "f:87: portal.client_id: an identifier is 1 to 128 ASCII characters without spaces"
        ),
        (
            "starts: {address: 20,", "starts: {address: 0,",
            "f:87: portal.starts.address: a whole number from 1 to 1000000 is expected"
        ),
        (
            "starts: {address: 20, window: 5m}", "starts: {address: 20, client: 5}",
            "f:87: portal.starts.client: there is no such setting"
        ),
        (
            "provider: \"https://as.example.org\"", "provider: \"https://as.example.org/?a\"",
            """
            f:87: portal.provider: an https address without query and fragment is expected, as https://as.example.org \
            (http is for localhost only)
            """
        ),
        (
            "issuer: \"https://issuer.example.net\"", "issuer: as.example.org",
            """
            f:87: portal.issuer: an https address without query and fragment is expected, as https://as.example.org \
            (http is for localhost only)
            """
        ),
    ]
}
