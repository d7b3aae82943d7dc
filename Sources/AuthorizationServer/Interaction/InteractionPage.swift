package import OAuth
package import PersonAuthentication

/// What a person sees next between an authorization request and its answer.
package enum InteractionPage: Sendable {
    case login(LoginPage)
    case consent(ConsentPage)
}

/// Who asks, as people are shown.
package struct RequestingParty: Sendable, Equatable {
    package let name: LocalizedText
    /// The host that the answer goes to; nil for a program on the person's own device.
    package let host: String?
    /// The operator has checked who this is; otherwise the name is the party's own word.
    package let isVerified: Bool
    package let policyURI: String?
    package let termsURI: String?

    package init(name: LocalizedText, host: String?, isVerified: Bool, policyURI: String?, termsURI: String?) {
        self.name = name
        self.host = host
        self.isVerified = isVerified
        self.policyURI = policyURI
        self.termsURI = termsURI
    }
}

/// What every form of an interaction carries.
package struct InteractionForm: Sendable, Equatable {
    /// The path segment after `/auth/interaction/`.
    package let ticket: String
    /// The value of the hidden field `csrf`.
    package let csrf: String

    package init(ticket: String, csrf: String) {
        (self.ticket, self.csrf) = (ticket, csrf)
    }
}

/// The login page.
package struct LoginPage: Sendable, Equatable {
    package var form: InteractionForm
    /// Nil when people log in for their own account page.
    package let party: RequestingParty?
    /// The method whose form is shown.
    package let method: LoginMethod
    /// Other methods that would do instead, in the operator's order.
    package let otherMethods: [LoginMethod]
    /// 1, or 2 where a second factor is asked for.
    package let step: Int
    package let steps: Int
    package let fields: Fields
    package let problem: LoginRefusal?

    package enum Fields: Sendable, Equatable {
        case facts([KnowledgeField])
        /// Username and secret; no username if an earlier factor has said who it is. `hint` is the request's `login_hint`.
        case secret(asksUsername: Bool, hint: String?)
        /// Asks for the username that a code is sent to, or just to have it sent.
        case sendCode(asksUsername: Bool, hint: String?)
        /// A code was sent, if there is somebody to send it to.
        case enterCode
        /// JSON for `navigator.credentials.get()`.
        case passkey(options: [UInt8])
    }

    package init(
        form: InteractionForm, party: RequestingParty?, method: LoginMethod, otherMethods: [LoginMethod], step: Int,
        steps: Int, fields: Fields, problem: LoginRefusal?
    ) {
        self.form = form
        self.party = party
        self.method = method
        self.otherMethods = otherMethods
        self.step = step
        self.steps = steps
        self.fields = fields
        self.problem = problem
    }
}

/// The consent page.
package struct ConsentPage: Sendable, Equatable {
    package var form: InteractionForm
    package let party: RequestingParty
    /// What the party says it needs this for.
    package let purpose: String?
    package let credentials: [RequestedCredential]
    /// Claims that the party itself is given.
    package let claims: [RequestedClaim]
    /// Whether the party may go on while the person is away (a refresh token).
    package let asksOfflineAccess: Bool
    package let durations: [ConsentDuration]
    /// The claims that the person has ticked on this page before; empty when they see it first.
    package let ticked: [String]
    /// What they have chosen of ``durations``; nil when they see it first.
    package let duration: ConsentDuration?
    /// What others would be told of what markets know or the person keeps; nil if nothing of that is asked for.
    package let sharing: SharingConsentView?

    package init(
        form: InteractionForm, party: RequestingParty, purpose: String?, credentials: [RequestedCredential],
        claims: [RequestedClaim], asksOfflineAccess: Bool, durations: [ConsentDuration], ticked: [String] = [],
        duration: ConsentDuration? = nil, sharing: SharingConsentView? = nil
    ) {
        self.form = form
        self.party = party
        self.purpose = purpose
        self.credentials = credentials
        self.claims = claims
        self.asksOfflineAccess = asksOfflineAccess
        self.durations = durations
        self.ticked = ticked
        self.duration = duration
        self.sharing = sharing
    }
}

/// A credential that would be put into the person's wallet.
package struct RequestedCredential: Sendable, Equatable {
    package let configurationID: String
    package let name: LocalizedText
    package let issuer: LocalizedText
    package let claims: [LocalizedText]

    package init(configurationID: String, name: LocalizedText, issuer: LocalizedText, claims: [LocalizedText]) {
        self.configurationID = configurationID
        self.name = name
        self.issuer = issuer
        self.claims = claims
    }
}

/// A claim that the party would be told.
package struct RequestedClaim: Sendable, Equatable {
    /// The claim's name; the form field is `share_` and this.
    package let name: String
    package let label: LocalizedText
    package let isEssential: Bool
    package let purpose: String?

    package init(name: String, label: LocalizedText, isEssential: Bool, purpose: String?) {
        self.name = name
        self.label = label
        self.isEssential = isEssential
        self.purpose = purpose
    }
}

/// For how long a consent holds; the value of the form field `remember`.
package enum ConsentDuration: String, Sendable, CaseIterable {
    /// This time; the next time the person is asked again.
    case once
    case month = "30d"
    case year = "365d"

    /// Nil for ``once``.
    package var days: Int? {
        switch self {
        case .once: nil
        case .month: 30
        case .year: 365
        }
    }
}
