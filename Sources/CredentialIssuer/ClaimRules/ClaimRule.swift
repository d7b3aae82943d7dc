/// How one claim of a credential configuration is made from a person's record, or checked when it is pushed.
package struct ClaimRule: Sendable, Equatable {
    package let name: String
    package let kind: Kind
    /// The holder may withhold the claim.
    package let isSelectivelyDisclosable: Bool
    /// No credential is issued without the claim.
    package let isRequired: Bool
    /// Texts by BCP 47 language tag, shown by wallets; the first is the default.
    package let display: [DisplayName]

    package struct DisplayName: Sendable, Equatable {
        package let locale: String
        package let name: String

        package init(locale: String, name: String) {
            (self.locale, self.name) = (locale, name)
        }
    }

    /// `from` names a field of the registry; nil for a claim that is only ever pushed.
    package enum Kind: Sendable, Equatable {
        case text(from: String?)
        case integer(from: String?)
        case boolean(from: String?)
        /// A string `YYYY-MM-DD`.
        case date(from: String?)
        /// A data URI (SD-JWT VC, "binary claims").
        case image(from: String?)
        /// The same text for everybody.
        case constant(String)
        case nested([ClaimRule])
        /// An array of texts; each may be withheld alone if `elementsAreSelectivelyDisclosable`.
        case array(from: String?, elementsAreSelectivelyDisclosable: Bool)
    }

    package init(
        name: String, kind: Kind, isSelectivelyDisclosable: Bool, isRequired: Bool, display: [DisplayName] = []
    ) {
        self.name = name
        self.kind = kind
        self.isSelectivelyDisclosable = isSelectivelyDisclosable
        self.isRequired = isRequired
        self.display = display
    }
}
