import PersonAuthentication

/// What is typed on login pages, with what browsers need to help with it.
struct LoginInputs: Sendable {
    let visit: Visit
    /// Something of it did not match; which field is not told.
    let isWrong: Bool

    func username(_ hint: String?) -> HTML {
        field(
            id: "username", label: visit.markup("field_username"),
            """
             type="text" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" dir="auto" \
            value="\(hint ?? "")" data-test="username"
            """)
    }

    var password: HTML {
        field(
            id: "password", label: visit.markup("field_password"),
            " type=\"password\" name=\"password\" autocomplete=\"current-password\" data-test=\"password\"")
    }

    var pin: HTML {
        field(
            id: "pin", label: visit.markup("field_pin"),
            """
             type="password" name="pin" inputmode="numeric" autocomplete="current-password" dir="ltr" class="short" \
            data-test="pin"
            """)
    }

    /// - Parameter hasFocus: where the page has no problem to point at, there is nothing else to do here.
    func code(hasFocus: Bool) -> HTML {
        let focus: HTML = hasFocus ? " autofocus" : ""
        return field(
            id: "code", label: visit.markup("field_code"),
            """
             type="text" name="code" inputmode="numeric" autocomplete="one-time-code" dir="ltr" class="short" \
            spellcheck="false"\(focus) data-test="code"
            """)
    }

    func fact(_ fact: KnowledgeField) -> HTML {
        let purpose = Self.purposes[fact.name] ?? "off"
        return field(
            id: "fact-" + fact.name, label: visit.label(from: fact.label, orElse: fact.name),
            """
            \(Self.type(of: fact.input)) name="fact_\(fact.name)" autocomplete="\(purpose)" \
            data-test="fact-\(fact.name)"
            """)
    }

    private func field(id: String, label: HTML, _ attributes: HTML) -> HTML {
        let state: HTML = isWrong ? " aria-invalid=\"true\" aria-describedby=\"\(AlertMarkup.id)\"" : ""
        return """
            <div class="field">
            <label for="\(id)">\(label)</label>
            <input id="\(id)"\(attributes)\(state) required>
            </div>

            """
    }

    private static func type(of input: KnowledgeField.Input) -> HTML {
        switch input {
        case .text: " type=\"text\" dir=\"auto\" spellcheck=\"false\""
        // The placeholder is for browsers that have no picker.
        case .date: " type=\"date\" placeholder=\"YYYY-MM-DD\" class=\"short\""
        // Not of type number, which would drop leading zeros.
        case .number: " type=\"text\" inputmode=\"numeric\" dir=\"ltr\" class=\"short\""
        }
    }

    /// What browsers may fill in by themselves, HTML §4.10.18.7; WCAG 2.2, 1.3.5.
    private static let purposes = [
        "birth_date": "bday", "birthdate": "bday", "date_of_birth": "bday", "given_name": "given-name",
        "family_name": "family-name", "middle_name": "additional-name", "name": "name", "email": "email",
        "phone": "tel", "phone_number": "tel", "postal_code": "postal-code", "locality": "address-level2",
        "country": "country-name", "street_address": "street-address",
    ]
}
