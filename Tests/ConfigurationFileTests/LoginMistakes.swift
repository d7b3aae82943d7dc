/// One mistake each in the login of the full configuration.
enum LoginMistakes {
    static let all: [Mistake] = [
        (
            "{from: password}", "{from: email}",
            """
            f:60: login.password.from: a field of the registry would show what only a hash is kept of; leave it out \
            there
            """
        ),
        (
            "{from: password}", "{from: id}",
            """
            f:60: login.password.from: a field of the registry would show what only a hash is kept of; leave it out \
            there
            """
        ),
        (
            "{from: password}", "{}",
            "f:60: login.password: \"from\" is missing: the column that they are imported from"
        ),
        (
            "{from: pin}", "{from: password}",
            "f:61: login.pin: this is the column of the passwords already"
        ),
        (
            "{from: pin}", "{from: \" pin\"}",
            """
            f:61: login.pin.from: the name of a column is expected: 1 to 64 characters without line breaks or spaces \
            at either end
            """
        ),
        (
            "      given_name: {label", "      given_nam: {label",
            """
            f:65: login.methods.knowledge.fields.given_nam: the registry has no field "given_nam"; did you mean \
            "given_name"?
            """
        ),
        (
            "      birth_date: {}", "      portrait: {}",
            """
            f:66: login.methods.knowledge.fields.portrait: "portrait" is image in the registry; the knowledge check \
            asks for text, date, integer
            """
        ),
        (
            "      birth_date: {}", "      id: {}",
            """
            f:66: login.methods.knowledge.fields.id: the registry's identifier cannot be used here; give the people a \
            field for it
            """
        ),
        (
            "      birth_date: {}", "      birth_date: {input: dat}",
            """
            f:66: login.methods.knowledge.fields.birth_date.input: one of text, date, number is expected; did you \
            mean "date"?
            """
        ),
        (
            "letter_case]", "lettercase]",
            """
            f:65: login.methods.knowledge.fields.given_name.normalize[2]: one of spaces, letter_case, accents, \
            punctuation is expected; did you mean "letter_case"?
            """
        ),
        (
            "{en: First name}", "First name",
            """
            f:65: login.methods.knowledge.fields.given_name.label: settings are expected here, each as "name: value"
            """
        ),
        (
            "{en: First name}", "{}",
            "f:65: login.methods.knowledge.fields.given_name.label: texts by language are expected, as {en: …}"
        ),
        (
            "    password: {}\n", "    password: {length: 8}\n",
            "f:67: login.methods.password.length: there is no such setting"
        ),
        (
            "    passkey: {}\n", "    paskey: {}\n",
            """
            f:71: login.methods.paskey: there is no such setting; did you mean "passkey"?
            f:74: login.levels[1].any[1]: "passkey" is not in login.methods
            """
        ),
        (
            "email_code: {to: email,", "email_code: {to: portrait,",
            "f:69: login.methods.email_code.to: \"portrait\" is image in the registry; codes are sent to text"
        ),
        (
            "email_code: {to: email, lifetime: 5m}", "email_code: {lifetime: 2h}",
            """
            f:69: login.methods.email_code: "to" is missing: the field of the registry that codes are sent to
            f:69: login.methods.email_code.lifetime: must be from 1m to 1h
            """
        ),
        (
            "sms_code: {to: phone}", "sms_code: {to: phon}",
            """
            f:70: login.methods.sms_code.to: the registry has no field "phon"; did you mean "phone"?
            """
        ),
        (
            "acr: \"urn:basic\", ", "",
            "f:73: login.levels[0]: \"acr\" is missing: the name of the level, as urn:example:acr:strong"
        ),
        (
            "acr: \"urn:basic\"", "acr: a b",
            "f:73: login.levels[0].acr: 1 to 128 ASCII characters without spaces are expected"
        ),
        (
            "\"urn:basic\"", "\"urn:strong\"",
            "f:74: login.levels[1].acr: there is an entry for \"urn:strong\" already"
        ),
        (
            ", any: [knowledge, password]", "",
            "f:73: login.levels[0]: \"any\" is missing: what reaches the level, as [passkey, [password, email_code]]"
        ),
        (
            "[knowledge, password]", "[]",
            "f:73: login.levels[0].any: the list is empty"
        ),
        (
            "[knowledge, password]", "[knowledge, pasword]",
            """
            f:73: login.levels[0].any[1]: one of knowledge, password, pin, email_code, sms_code, passkey is expected; \
            did you mean "password"?
            """
        ),
        (
            "[password, email_code]", "[password, email_code, pin]",
            "f:74: login.levels[1].any[0]: a method or a list of two is expected, as [password, email_code]"
        ),
        (
            "[password, email_code]", "[]",
            "f:74: login.levels[1].any[0]: a method or a list of two is expected, as [password, email_code]"
        ),
        (
            "[password, email_code]", "[pin, pin]",
            "f:74: login.levels[1].any[0][1]: \"pin\" is written twice"
        ),
        (
            "    password: {}\n", "",
            """
            f:72: login.levels[0].any[1]: "password" is not in login.methods
            f:73: login.levels[1].any[0][0]: "password" is not in login.methods
            """
        ),
        (
            "person: 5", "person: 0",
            "f:75: login.attempts.person: a whole number from 1 to 1000 is expected"
        ),
        (
            "window: 1h", "window: 2d",
            "f:75: login.attempts.window: must be from 1m to 1d"
        ),
    ]
}
