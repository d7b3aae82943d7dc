/// What is changed in the valid configuration, into what, and what is reported then.
typealias Mistake = (part: String, replacement: String, report: String)

/// One mistake each.
enum Mistakes {
    static let inClaims: [Mistake] = [
        (
            "from: birth_date", "from: birthdate",
            """
            f:20: credentials.student-id.claims.birth_date.from: the registry has no field "birthdate"; did you \
            mean "birth_date"?
            """
        ),
        (
            "from: birth_date", "from: zzz",
            "f:20: credentials.student-id.claims.birth_date.from: the registry has no field \"zzz\""
        ),
        (
            "from: birth_date", "from: id",
            """
            f:20: credentials.student-id.claims.birth_date.from: the registry's identifier cannot be a claim; \
            give the people a field for it
            """
        ),
        (
            "from: birth_date", "from: credits",
            """
            f:20: credentials.student-id.claims.birth_date.from: "credits" is integer in the registry; a claim \
            of type date is made from date
            """
        ),
        (
            "from: birth_date, type: date", "from: portrait, type: text",
            """
            f:20: credentials.student-id.claims.birth_date.from: "portrait" is image in the registry; a claim \
            of type text is made from text, date, integer
            """
        ),
        (
            "type: date}", "type: date, required: true}",
            """
            f:20: credentials.student-id.claims.birth_date.required: the claim is required, but the registry's \
            field "birth_date" is not
            """
        ),
        (
            "type: date}", "type: dat}",
            """
            f:20: credentials.student-id.claims.birth_date.type: a type is expected, one of text, integer, \
            boolean, date, image, array, nested, constant; did you mean "date"?
            """
        ),
        (
            "type: date}", "type: date, disclosible: true}",
            """
            f:20: credentials.student-id.claims.birth_date.disclosible: there is no such setting; did you mean \
            "disclosable"?
            """
        ),
        (
            "type: date}", "type: date, value: x}",
            "f:20: credentials.student-id.claims.birth_date.value: a claim of type date has no such setting"
        ),
        (
            "type: date}", "type: date, disclosable: \"true\"}",
            "f:20: credentials.student-id.claims.birth_date.disclosable: true or false is expected, without quotes"
        ),
        (
            "type: date}", "type: date, display: {en_US: x}}",
            """
            f:20: credentials.student-id.claims.birth_date.display.en_US: a BCP 47 language tag is expected, as \
            en or pt-BR
            """
        ),
        (
            "type: date}", "type: date, display: {en: x, EN: y}}",
            "f:20: credentials.student-id.claims.birth_date.display.EN: there is a text for \"EN\" already"
        ),
        (
            "{from: birth_date, type: date}", "{from: birth_date}",
            """
            f:20: credentials.student-id.claims.birth_date: "type" is missing: one of text, integer, boolean, \
            date, image, array, nested, constant
            """
        ),
        (
            "{from: birth_date, type: date}", "date",
            "f:20: credentials.student-id.claims.birth_date: settings are expected here, each as \"name: value\""
        ),
        (
            "{from: birth_date, type: date}", "{type: constant}",
            "f:20: credentials.student-id.claims.birth_date: \"value\" is missing: the text that everybody gets"
        ),
        (
            "{from: birth_date, type: date}", "{type: nested}",
            "f:20: credentials.student-id.claims.birth_date: \"claims\" is missing: what is inside"
        ),
        (
            "{from: birth_date, type: date}", "{type: nested, required: true, claims: {a: {type: text}}}",
            """
            f:20: credentials.student-id.claims.birth_date.required: the claim is required, but no claim inside \
            it is
            """
        ),
        (
            "{from: birth_date, type: date}", "{type: nested, claims: {_sd: {type: text}}}",
            """
            f:20: credentials.student-id.claims.birth_date.claims._sd: the name is reserved for the credential \
            itself
            """
        ),
        (
            "{from: birth_date, type: date}", "{type: nested, claims: {}}",
            "f:20: credentials.student-id.claims.birth_date.claims: 1 to 256 claims are expected"
        ),
        (
            "      birth_date: {", "      vct#integrity: {",
            "f:20: credentials.student-id.claims.vct#integrity: the name is reserved for the credential itself"
        ),
        (
            "      name: {", "      id: {",
            "f:27: credentials.student-jwt.claims.id: the name is reserved for the credential itself"
        ),
        (
            "      name: {", "      name: {disclosable: true, ",
            "f:27: credentials.student-jwt.claims.name.disclosable: jwt_vc_json has no selective disclosure"
        ),
    ]

    static let inCredentials: [Mistake] = [
        (
            "format: dc+sd-jwt", "format: sd-jwt",
            """
            f:13: credentials.student-id.format: a format is expected, one of dc+sd-jwt, jwt_vc_json, \
            jwt_vc_json-ld; did you mean "dc+sd-jwt"?
            """
        ),
        (
            "format: jwt_vc_json", "format: jwt_vc_jsn",
            """
            f:22: credentials.student-jwt.format: a format is expected, one of dc+sd-jwt, jwt_vc_json, \
            jwt_vc_json-ld; did you mean "jwt_vc_json"?
            """
        ),
        (
            "    format: dc+sd-jwt\n", "",
            "f:12: credentials.student-id: \"format\" is missing: one of dc+sd-jwt, jwt_vc_json, jwt_vc_json-ld"
        ),
        (
            "    type: student-id\n", "",
            "f:12: credentials.student-id: \"type\" is missing: the type of the credential"
        ),
        (
            "type: student-id", "type: a b",
            """
            f:14: credentials.student-id.type: a name of letters, digits, '.', '_', '~' and '-' is expected, or \
            a whole https: or urn: identifier
            """
        ),
        (
            "type: StudentID", "type: [Student ID, A, A]",
            """
            f:23: credentials.student-jwt.type[0]: a type is a name such as StudentID, or an https: or urn: \
            identifier
            f:23: credentials.student-jwt.type[2]: "A" is written twice
            """
        ),
        ("type: StudentID", "type: []", "f:23: credentials.student-jwt.type: the list is empty"),
        (
            "type: StudentID", "type: [VerifiableCredential, A]",
            "f:23: credentials.student-jwt.type: \"VerifiableCredential\" is added by itself"
        ),
        (
            "decoys: 2", "contexts: [https://a.example]",
            "f:17: credentials.student-id.contexts: this is for the W3C formats only"
        ),
        ("decoys: 2", "decoys: 65", "f:17: credentials.student-id.decoys: a whole number from 0 to 64 is expected"),
        ("data_model: \"2.0\"", "decoys: 1", "f:24: credentials.student-jwt.decoys: this is for dc+sd-jwt only"),
        (
            "data_model: \"2.0\"", "data_model: 2",
            "f:24: credentials.student-jwt.data_model: \"1.1\" or \"2.0\" is expected"
        ),
        (
            "data_model: \"2.0\"", "contexts: [nowhere]",
            "f:24: credentials.student-jwt.contexts[0]: a context is an https: or urn: identifier"
        ),
        (
            "data_model: \"2.0\"", "contexts: [https://www.w3.org/2018/credentials/v1]",
            "f:24: credentials.student-jwt.contexts: \"https://www.w3.org/2018/credentials/v1\" is added by itself"
        ),
        (
            "scope: student_id", "scope: a b",
            "f:15: credentials.student-id.scope: a scope is ASCII without spaces, quotation marks or backslashes"
        ),
        (
            "data_model: \"2.0\"", "scope: student_id",
            "f:24: credentials.student-jwt.scope: the scope is already that of \"student-id\""
        ),
        (
            "validity: 365d", "validity: 1 year",
            "f:16: credentials.student-id.validity: a duration is expected: a whole number and s, m, h or d, as 10m"
        ),
        ("validity: 365d", "validity: 90m", "f:16: credentials.student-id.validity: must be whole hours or days"),
        ("validity: 365d", "validity: 0d", "f:16: credentials.student-id.validity: must be from 1h to 36500d"),
        (
            "    validity: 365d\n", "",
            "f:12: credentials.student-id: \"validity\" is missing: how long a credential is valid, as 365d"
        ),
        (
            "decoys: 2", "key_binding: maybe",
            "f:17: credentials.student-id.key_binding: true or false is expected, without quotes"
        ),
        (
            "decoys: 2", "display: [{name: A, locale: en, background_color: blue}]",
            "f:17: credentials.student-id.display[0].background_color: a colour is expected, as \"#12107c\""
        ),
        (
            "decoys: 2", "display: [{name: A, locale: en, text_color: \"#12\"}]",
            "f:17: credentials.student-id.display[0].text_color: a colour is expected, as \"#12107c\""
        ),
        (
            "decoys: 2", "display: [{name: A, locale: en, logo: logo.png}]",
            """
            f:17: credentials.student-id.display[0].logo: an https: address or a data:image/… URI of at most \
            100,000 characters is expected
            """
        ),
        ("decoys: 2", "display: []", "f:17: credentials.student-id.display: at least one entry is needed"),
        (
            "decoys: 2", "display: {name: A}",
            "f:17: credentials.student-id.display: a list is expected, as [first, second]"
        ),
        (
            "  student-jwt:", "  student id:",
            "f:21: credentials.student id: an identifier is 1 to 64 letters, digits, '.', '_', '~' and '-'"
        ),
    ]

    static let inOthers: [Mistake] = [
        (
            "issuer:\n", "isuer:\n",
            """
            f:1: isuer: there is no such setting; did you mean "issuer"?
            f:1: "issuer" is missing: say who issues, as issuer: {display: [{name: …, locale: en}]}
            """
        ),
        (
            "name: Northmere, locale: en", "name: Northmere, locale: en, description: x",
            "f:2: issuer.display[0].description: there is no such setting"
        ),
        (
            "name: Northmere, locale: en", "name: Northmere",
            "f:2: issuer.display[0]: \"locale\" is missing: the language of the text, as en or pt-BR"
        ),
        ("name: Northmere, locale: en", "name: \"\", locale: en", "f:2: issuer.display[0].name: a text is expected"),
        ("name: Northmere, locale: en", "name: ~, locale: en", "f:2: issuer.display[0].name: a text is expected"),
        (
            "name: Northmere, locale: en", "name: \"a\\x07b\", locale: en",
            "f:2: issuer.display[0].name: has a control character"
        ),
        (
            "[{name: Northmere, locale: en}]", "[{name: A, locale: en}, {name: B, locale: EN}]",
            "f:2: issuer.display[1].locale: there is an entry for \"EN\" already"
        ),
        (
            "credits: integer", "credits: number",
            "f:7: registry.fields.credits: a type is expected, one of text, integer, boolean, date, image, list"
        ),
        (
            "credits: integer", "credits: {type: integer, require: true}",
            "f:7: registry.fields.credits.require: there is no such setting; did you mean \"required\"?"
        ),
        (
            "credits: integer", "credits: {required: true}",
            "f:7: registry.fields.credits: \"type\" is missing: one of text, integer, boolean, date, image, list"
        ),
        (
            "credits: integer", "id: integer",
            "f:7: registry.fields.id: this is the registry's identifier already; leave it out"
        ),
        (
            "credits: integer", "\" credits\": integer",
            """
            f:7: registry.fields. credits: the name of a column is expected: 1 to 64 characters without line \
            breaks or spaces at either end
            """
        ),
        (
            "  fields:\n", "  list_separator: ab\n  fields:\n",
            "f:4: registry.list_separator: one punctuation character is expected, as \";\""
        ),
        ("issuer:\n", "batch_size: 0\nissuer:\n", "f:1: batch_size: a whole number from 1 to 100 is expected"),
        ("issuer:\n", "batch_size: ten\nissuer:\n", "f:1: batch_size: a whole number from 1 to 100 is expected"),
        ("issuer:\n", "offers: {lifetime: 25h}\nissuer:\n", "f:1: offers.lifetime: must be from 10s to 1d"),
        (
            "issuer:\n", "offers: {tx_code: {length: 3}}\nissuer:\n",
            "f:1: offers.tx_code.length: a whole number from 4 to 12 is expected"
        ),
        ("issuer:\n", "tokens: {lifetime: 6m}\nissuer:\n", "f:1: tokens.lifetime: must be from 10s to 5m"),
        ("issuer:\n", "nonces: {lifetime: 2h}\nissuer:\n", "f:1: nonces.lifetime: must be from 10s to 1h"),
        ("issuer:\n", "nonces: []\nissuer:\n", "f:1: nonces: settings are expected here, each as \"name: value\""),
        ("issuer:\n", "[a]: b\nissuer:\n", "f:1: the name of a setting must be a text"),
        ("      birth_date: {", "      given_name: {", "f:19: written twice in one place: \"given_name\""),
        ("scope: student_id", "scope: [", "f:17: not YAML: did not find expected ',' or ']'"),
        ("scope: student_id", "scope: *x", "f:15: not YAML: found undefined alias"),
    ]
}
