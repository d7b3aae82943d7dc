package import Foundation
package import OAuth
package import PersonAuthentication
package import WireFormats

/// How far a person has come between an authorization request and its answer.
package struct InteractionProgress: Sendable, Equatable {
    /// Who has logged in, or passed the first of two factors.
    package var person: String?
    /// Factors passed, in their order.
    package var passed: [LoginMethod] = []
    /// When the last of them was passed.
    package var authenticatedAt: Date?
    /// Whether everything asked for was passed in this interaction or in the session used.
    package var session: TicketID?
    /// The browser that the person uses: nobody else's may go on.
    package var browser: [UInt8]?
    /// The method whose form is shown, if the person has chosen one.
    package var method: LoginMethod?
    /// Names the code that was sent.
    package var sentCode: String?
    /// Whom it was sent to, for sending another.
    package var username: String?

    package init() {}

    package var json: JSON {
        var object = JSONObject()
        object["person"] = person.map(JSON.string)
        if !passed.isEmpty { object["passed"] = .strings(passed.map(\.rawValue)) }
        object["at"] = authenticatedAt.map { .integer(Int64($0.timeIntervalSince1970)) }
        object["session"] = session.map { .string($0.text) }
        object["browser"] = browser.map { .string(Base64URL.encode($0)) }
        object["method"] = method.map { .string($0.rawValue) }
        object["sent"] = sentCode.map(JSON.string)
        object["username"] = username.map(JSON.string)
        return .object(object)
    }

    package init(json: JSON) {
        person = json["person"]?.string
        passed = json["passed"]?.strings.compactMap(LoginMethod.init) ?? []
        authenticatedAt = json["at"]?.integer.map { Date(timeIntervalSince1970: Double($0)) }
        session = json["session"]?.ticketID
        browser = json["browser"]?.string.flatMap { try? Base64URL.decode($0) }
        method = json["method"]?.string.flatMap(LoginMethod.init)
        sentCode = json["sent"]?.string
        username = json["username"]?.string
    }
}

/// An authorization request on its way: pushed, or opened in a browser, or both.
package struct Interaction: Sendable {
    package let id: TicketID
    package let clientID: String
    /// The request as it was validated; of the account page's own login null.
    package let request: JSON
    package var progress: InteractionProgress
    /// Counts changes, so that of two that meet one is refused.
    package let version: Int64
    package let isFinished: Bool
    /// The request again, where it need not be read from ``request``.
    let parsed: AuthorizationRequest?

    package init(
        id: TicketID, clientID: String, request: JSON, parsed: AuthorizationRequest? = nil,
        progress: InteractionProgress = InteractionProgress(), version: Int64 = 0, isFinished: Bool = false
    ) {
        self.parsed = parsed
        self.id = id
        self.clientID = clientID
        self.request = request
        self.progress = progress
        self.version = version
        self.isFinished = isFinished
    }

    /// As it is once its change has been stored.
    package var stored: Interaction {
        Interaction(
            id: id, clientID: clientID, request: request, parsed: parsed, progress: progress, version: version + 1,
            isFinished: isFinished)
    }

    /// The request as its client made it. It is kept where data is shared by it.
    package var requestText: RequestText {
        if let object = request["object"]?.string { return RequestText(text: object, isSigned: true) }
        let parameters = request["request"] ?? .null
        return RequestText(text: String(decoding: parameters.encoded(), as: UTF8.self), isSigned: false)
    }

    /// What is spent with the answer: the request object that the request came in.
    package var uses: [SingleUse] {
        request["use"]?.string.flatMap { try? Base64URL.decode($0) }
            .flatMap { SingleUse(.requestObject, bytes: $0) }.map { [$0] } ?? []
    }
}

/// Where interactions are kept.
package protocol InteractionStore: Sendable {
    /// Adds it and spends `uses`; or gives what was spent before, and then nothing happened.
    func insert(_ interaction: Interaction, spending uses: [SingleUse]) async throws -> SingleUse.Kind?

    /// - Parameter version: from this version on a copy that another process may have changed since will do: whatever
    ///   changes an interaction is refused if it was. Nil for the interaction as it is now.
    func interaction(_ id: TicketID, sinceVersion version: Int64?) async throws -> Interaction?

    /// Stores the progress, and the session that the person is now logged in by; false if another change came first.
    func update(_ interaction: Interaction, session: Session?, ending old: TicketID?) async throws -> Bool

    /// Whether it was spent before, to say so early: who answers finds out in the same step.
    func isSpent(_ use: SingleUse) async throws -> Bool

    /// Ends it without a grant and spends `uses`; false, and nothing happened, if it was ended or one was spent before.
    func finish(_ id: TicketID, spending uses: [SingleUse], at instant: Date) async throws -> Bool

    /// Ends it with consent and grant in one atomic step, and spends `uses`; false, and nothing happened, if it was ended
    /// or one was spent before, or the consent was withdrawn or the session ended since.
    func finish(
        _ id: TicketID, giving grant: Grant, under consent: Consent, in session: TicketID?,
        spending uses: [SingleUse], with companion: (any GrantCompanion)?, codeExpiresAt: Date, at instant: Date
    ) async throws -> Bool
}
