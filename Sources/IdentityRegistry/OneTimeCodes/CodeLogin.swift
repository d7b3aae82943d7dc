import Foundation
import JOSE
import OAuth
import PersonAuthentication

/// What one-time codes are made, kept and sent with.
package struct OneTimeCodes: Sendable {
    let store: any OneTimeCodeStore
    let dispatch: CodeDispatch
    let mint: TicketMint

    package init(store: any OneTimeCodeStore, dispatch: CodeDispatch, keys: IdentityKeys) {
        self.store = store
        self.dispatch = dispatch
        mint = TicketMint(root: keys.codes, purpose: "one-time code", issuer: "")
    }

    /// Keeps a new code and has it sent.
    ///
    /// - Returns: the text that the answer has to come with; nil if too many codes wait to be sent.
    func send(
        to person: String?, by method: LoginMethod, language: String?, lifetime: Duration,
        counter: StoredOneTimeCode.Counter, at instant: Date
    ) async throws -> String? {
        let ticket = mint.mint(at: instant)
        let code = OneTimeCode.random()
        // The code of nobody is answered by nothing.
        let mac = person == nil ? secureRandomBytes(32) : mint.authenticate(code, for: ticket.id)
        try await store.insert(
            StoredOneTimeCode(
                id: ticket.id, person: person, mac: mac, method: method, counter: counter,
                expiresAt: instant.addingTimeInterval(Double(lifetime.components.seconds))))
        let order = CodeDispatch.Order(code: code, method: method, person: person, language: language)
        return dispatch.enqueue(order) ? ticket.text : nil
    }
}

extension RegistryLogin {
    func send(
        by method: LoginMethod, to recipient: CodeRecipient, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard let code = settings.codes[method] else { return .failure(.unavailable) }
        if let refusal = try await limiter.countSend(under: circumstances) { return .failure(refusal) }
        let (found, recipient) = try await subject(of: recipient, circumstances)
        let subject = AttemptLimiter.Subject.codes(method, of: recipient)
        if let refusal = try await limiter.refusal(of: subject, under: circumstances) { return .failure(refusal) }
        var person = found
        if recipient.isStranger {
            if let refusal = try await limiter.countRequest(for: subject, at: circumstances.at) {
                return .failure(refusal)
            }
            // In silence: what is counted is the username, so the answer says nothing, but whoever has it gets no more.
            if try await limiter.countSend(to: subject, at: circumstances.at) != nil { person = nil }
        } else if let refusal = try await limiter.countSend(to: subject, at: circumstances.at) {
            return .failure(refusal)
        }
        let counter = StoredOneTimeCode.Counter(key: limiter.key(of: subject), isOwnDevice: subject.isOwnDevice)
        let sent = try await codes.send(
            to: person, by: method, language: circumstances.language, lifetime: code.lifetime, counter: counter,
            at: circumstances.at)
        return sent.map { .success($0) } ?? .failure(.unavailable)
    }

    private func subject(
        of recipient: CodeRecipient, _ circumstances: LoginCircumstances
    ) async throws -> (person: String?, AttemptLimiter.Subject) {
        let (person, strangers): (String?, AttemptLimiter.Subject) =
            switch recipient {
            case .username(let username): (try await source.find(username: username), .username(username))
            case .person(let id): (id, .person(id))
            }
        guard let device = circumstances.knownDevice, device.person == person else { return (person, strangers) }
        return (person, .ownDevice(device))
    }

    func verify(
        code: String, sent: String, under circumstances: LoginCircumstances
    ) async throws -> Result<String, LoginRefusal> {
        guard let id = codes.mint.recognise(sent), let counter = try await codes.store.counter(of: id) else {
            return .failure(.codeOver)
        }
        let subject = AttemptLimiter.Subject.counter(key: counter.key, isOwnDevice: counter.isOwnDevice)
        return try await limiter.attempt(of: subject, under: circumstances) {
            let mac = codes.mint.authenticate(OneTimeCode.canonical(code), for: id)
            switch try await codes.store.answer(id, mac: mac, at: circumstances.at) {
            case .right(let person): return outcome(of: person)
            case .wrong: return .nobody
            case .over: return .codeOver
            }
        }
    }
}

extension AttemptLimiter.Subject {
    /// Whether nobody has shown yet, now or on this device, who they are.
    fileprivate var isStranger: Bool {
        switch self {
        case .username: true
        default: false
        }
    }
}
