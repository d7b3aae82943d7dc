/// One mistake each in what the full configuration says about the server and its sources.
enum ProviderMistakes {
    static let inServer: [Mistake] = [
        (
            "192.0.2.7]", "192.0.2.7/24]",
            "f:3: server.trusted_proxies[2]: an address range is expected, as 10.0.0.0/8 or fd00::/8"
        ),
        (
            "192.0.2.7]", "0.0.0.0/0]",
            """
            f:3: server.trusted_proxies[2]: this is everybody, and anybody could pretend any address; name your \
            proxies
            """
        ),
        (
            "[10.0.0.0/8, \"fd00::/8\", 192.0.2.7]", "10.0.0.0/8",
            "f:3: server.trusted_proxies: a list is expected, as [first, second]"
        ),
        (
            "public_url: https:", "public_url: http:",
            """
            f:2: server.public_url: an https address without query and fragment is expected, as \
            https://issuer.example.org (http is for localhost only)
            """
        ),
        (
            "example.org\n  trusted", "example.org/\n  trusted",
            """
            f:2: server.public_url: an https address without query and fragment is expected, as \
            https://issuer.example.org (http is for localhost only)
            """
        ),
        (
            "\"localhost:9000\"", "localhost",
            """
            f:88: outgoing.allow[1]: an address range as 10.1.2.0/24, or a host with its port as localhost:9000, is \
            expected
            """
        ),
        (
            "\"localhost:9000\"", "\"localhost:0\"",
            """
            f:88: outgoing.allow[1]: an address range as 10.1.2.0/24, or a host with its port as localhost:9000, is \
            expected
            """
        ),
        (
            "\"[::1]:9001\"", "\"[::1:9001\"",
            """
            f:88: outgoing.allow[2]: an address range as 10.1.2.0/24, or a host with its port as localhost:9000, is \
            expected
            """
        ),
        (
            "10.1.2.0/24", "\"::/0\"",
            """
            f:88: outgoing.allow[0]: this is every address, so strangers could have anything fetched; name what they \
            may
            """
        ),
        (
            "outgoing: {allow:", "outgoing: {alow: [], allow:",
            "f:88: outgoing.alow: there is no such setting; did you mean \"allow\"?"
        ),
        (
            "scope: card, validity", "scope: openid, validity",
            "f:90: credentials.card.scope: the scope \"openid\" has a meaning of its own"
        ),
    ]

    static let inRegistrySource: [Mistake] = [
        (
            "    sql:\n", "    sql: {}\n    sequel:\n",
            """
            f:16: registry.source.sql: "file" is missing: the database file
            f:16: registry.source.sql: "person" is missing: the statement that finds a person by identifier, as \
            SELECT … WHERE id = $1
            f:16: registry.source.sql: "match" is missing: the statement that finds whom facts fit, as SELECT id … \
            WHERE a = $1
            f:16: registry.source.sql: "username" is missing: the statement that finds people by what they type, as \
            SELECT id … WHERE email = $1
            f:17: registry.source.sequel: there is no such setting
            """
        ),
        (
            "    sql:\n", "    http: {url: http://kyc.example.org}\n    sql:\n",
            """
            f:15: registry.source: exactly one of "sql" and "http" is expected
            """
        ),
        (
            "WHERE id = $1", "WHERE id = 1",
            "f:18: registry.source.sql.person: the statement must use $1: the person's identifier"
        ),
        (
            "WHERE id = $1", "WHERE id = $1 OR id = $2",
            "f:18: registry.source.sql.person: the statement must use $1: the person's identifier"
        ),
        (
            "person: SELECT *", "person: DELETE",
            """
            f:18: registry.source.sql.person: one statement that begins with SELECT is expected, without a semicolon
            """
        ),
        (
            "person: SELECT *", "person: selection",
            """
            f:18: registry.source.sql.person: one statement that begins with SELECT is expected, without a semicolon
            """
        ),
        (
            "WHERE id = $1", "WHERE id = $1; DROP TABLE people",
            """
            f:18: registry.source.sql.person: one statement that begins with SELECT is expected, without a semicolon
            """
        ),
        (
            " AND born = $2", "",
            """
            f:19: registry.source.sql.match: the statement must use $1 to $2: one for each field of the knowledge \
            check, in their order
            """
        ),
        (
            " AND born = $2", " AND born = $x",
            """
            f:19: registry.source.sql.match: the statement must use $1 to $2: one for each field of the knowledge \
            check, in their order
            """
        ),
        (
            "email = $1", "email = $2",
            "f:20: registry.source.sql.username: the statement must use $1: the username"
        ),
        (
            """
                knowledge:
                  fields:
                    given_name: {label: {en: First name}, normalize: [punctuation, accents, letter_case]}
                    birth_date: {}

            """, "",
            """
            f:19: registry.source.sql.match: nothing asks this: login.methods has no knowledge check
            f:69: login.levels[0].any[0]: "knowledge" is not in login.methods
            """
        ),
    ]

    static let inAuthorizationServer: [Mistake] = [
        (
            "security_profile: none", "security_profile: fapi",
            "f:22: authorization_server.security_profile: one of none, fapi2 is expected; did you mean \"fapi2\"?"
        ),
        (
            "code_lifetime: 30s", "code_lifetime: 61s",
            "f:23: authorization_server.code_lifetime: must be from 10s to 1m"
        ),
        (
            "request_lifetime: 2m", "request_lifetime: 11m",
            "f:24: authorization_server.request_lifetime: must be from 10s to 10m"
        ),
        (
            "login_time: 5m", "login_time: 2h",
            "f:25: authorization_server.login_time: must be from 1m to 1h"
        ),
        (
            "lifetime: 8h, idle: 30m", "lifetime: 31d",
            "f:26: authorization_server.session.lifetime: must be from 1m to 30d"
        ),
        (
            "lifetime: 8h, idle: 30m", "lifetime: 8h, idle: 9h",
            "f:26: authorization_server.session.idle: must not be longer than the session's lifetime of 8h"
        ),
        (
            "refresh_token_lifetime: 7d", "refresh_token_lifetime: 400d",
            "f:27: authorization_server.refresh_token_lifetime: must be from 1h to 365d"
        ),
        (
            "token_format: jwt", "token_format: jws",
            "f:28: authorization_server.token_format: one of opaque, jwt is expected; did you mean \"jwt\"?"
        ),
        (
            "dpop_nonces: required", "dpop_nonces: never",
            "f:29: authorization_server.dpop_nonces: one of offered, required is expected"
        ),
        (
            "subject: public", "subject: registry",
            "f:30: authorization_server.subject: one of pairwise, public is expected"
        ),
        (
            "subject: registry", "subject: public",
            "f:32: authorization_server.resources[0].subject: one of pairwise, registry is expected"
        ),
        (
            "identifier: \"https://api.example.org\", ", "",
            """
            f:32: authorization_server.resources[0]: "identifier" is missing: the address that tokens are asked for \
            with
            """
        ),
        (
            "\"https://api.example.org\"", "\"https://api.example.org/#a\"",
            """
            f:32: authorization_server.resources[0].identifier: an https address or urn: without fragment is expected \
            (http is for localhost only)
            """
        ),
        (
            "\"https://api.example.org\"", "\"urn:example:api\"",
            "f:33: authorization_server.resources[1].identifier: there is an entry for \"urn:example:api\" already"
        ),
        (
            ", keys: attester.json", "",
            """
            f:35: authorization_server.trusted_attesters[0]: exactly one of "keys" and "roots" is expected
            """
        ),
        (
            "keys: attester.json", "keys: a, roots: b",
            """
            f:35: authorization_server.trusted_attesters[0]: exactly one of "keys" and "roots" is expected
            """
        ),
        (
            "issuer: \"https://attester.example.org\", ", "",
            "f:35: authorization_server.trusted_attesters[0]: \"issuer\" is missing: who signs the attestations"
        ),
        (
            "https://attester.example.org", "https://other.example.org",
            """
            f:36: authorization_server.trusted_attesters[1].issuer: there is an entry for "https://other.example.org" \
            already
            """
        ),
        (
            "[https://issuer.example.net]", "[http://issuer.example.net]",
            """
            f:37: authorization_server.credential_issuers[0]: an https address without query and fragment is \
            expected, as https://as.example.org (http is for localhost only)
            """
        ),
        (
            "[https://issuer.example.net]", "[\"https://issuer.example.net?a\"]",
            """
            f:37: authorization_server.credential_issuers[0]: an https address without query and fragment is \
            expected, as https://as.example.org (http is for localhost only)
            """
        ),
        (
            "[https://issuer.example.net]", "[https://a.example, https://a.example]",
            "f:37: authorization_server.credential_issuers[1]: \"https://a.example\" is written twice"
        ),
        (
            "from: given_name, scope", "from: givn_name, scope",
            """
            f:39: authorization_server.claims.given_name.from: the registry has no field "givn_name"; did you mean \
            "given_name"?
            """
        ),
        (
            "from: given_name, scope", "from: id, scope",
            """
            f:39: authorization_server.claims.given_name.from: the registry's identifier cannot be used here; give \
            the people a field for it
            """
        ),
        (
            "{from: given_name, scope", "{scope",
            "f:39: authorization_server.claims.given_name: \"from\" is missing: the field of the registry"
        ),
        (
            "{street_address: street}", "{street_address: stret}",
            """
            f:40: authorization_server.claims.address.from.street_address: the registry has no field "stret"; did you \
            mean "street"?
            """
        ),
        (
            "{street_address: street}", "{}",
            "f:40: authorization_server.claims.address.from: 1 to 32 members are expected"
        ),
        (
            "scope: profile", "scope: offline_access",
            """
            f:39: authorization_server.claims.given_name.scope: the scope "offline_access" has a meaning of its own
            """
        ),
        (
            "scope: profile", "scope: card",
            "f:39: authorization_server.claims.given_name.scope: the scope is that of the credential \"card\""
        ),
        (
            "scope: profile", "scope: a b",
            """
            f:39: authorization_server.claims.given_name.scope: a scope is ASCII without spaces, quotation marks or \
            backslashes
            """
        ),
        (
            "fr: Prénom", "fr_FR: Prénom",
            """
            f:39: authorization_server.claims.given_name.display.fr_FR: a BCP 47 language tag is expected, as en or \
            pt-BR
            """
        ),
        (
            "fr: Prénom", "EN: Prénom",
            "f:39: authorization_server.claims.given_name.display.EN: there is a text for \"EN\" already"
        ),
        (
            "display: {en: Given name, fr: Prénom}", "display: {}",
            "f:39: authorization_server.claims.given_name.display: texts by language are expected, as {en: …}"
        ),
        (
            "    address: {from", "    auth_time: {from",
            "f:40: authorization_server.claims.auth_time: the name is reserved for the token itself"
        ),
    ]
}
