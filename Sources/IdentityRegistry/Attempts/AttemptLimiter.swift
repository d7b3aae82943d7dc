import Foundation
import PersonAuthentication

/// Sees to the limits of wrong answers around each check.
///
/// Whoever is about to be checked takes a place under their own limit first and gives it back if the answer was right.
/// The limits of addresses and clients, which many honest people share, are looked at before and count only what was
/// wrong.
package struct AttemptLimiter: Sendable {
    private let store: any AttemptStore
    package let limits: AttemptLimits
    private let digest: KeyedDigest
    private let inHand = PlacesInHand()

    package init(store: any AttemptStore, limits: AttemptLimits, keys: IdentityKeys) {
        self.store = store
        self.limits = limits
        digest = keys.attempts
    }

    /// Whose limit an attempt counts against.
    enum Subject {
        /// What was typed, whether it is anybody's or not.
        case username(String)
        case facts([KnowledgeField], [String: String])
        case person(String)
        /// A device of the person whom the attempt is about: strangers cannot use up what is counted here.
        case ownDevice(LoginCircumstances.KnownDevice)
        /// One-time codes by one method for another subject: they are guessed apart from passwords.
        indirect case codes(LoginMethod, of: Subject)
        /// As an earlier step decided.
        case counter(key: [UInt8], isOwnDevice: Bool)
        /// Passkeys: what nobody guesses.
        case nobody

        var isOwnDevice: Bool {
            switch self {
            case .ownDevice, .counter(_, isOwnDevice: true): true
            case .codes(_, let subject): subject.isOwnDevice
            default: false
            }
        }
    }

    /// Runs `check`, which gives whom the attempt shows, within the limits.
    ///
    /// - Throws: what `check` throws, and then nothing was counted.
    func attempt(
        of subject: Subject, under circumstances: LoginCircumstances, _ check: () async throws -> LoginOutcome
    ) async throws -> Result<String, LoginRefusal> {
        let (counted, shared) = (counters(of: subject), sharedCounters(circumstances))
        let places: [AttemptReservation]
        switch try await reserve(counted, watching: shared, at: circumstances.at) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let taken): places = taken
        }
        switch try await holding(places, check) {
        case .person(let person) where circumstances.admits(person):
            try await store.release(places, forgetting: subject.isOwnDevice ? counted : [])
            return .success(person)
        case .codeOver:
            try await store.release(places, forgetting: [])
            return .failure(.codeOver)
        case .person, .nobody:
            try await store.count(shared, at: circumstances.at)
            return .failure(.wrong)
        }
    }

    /// Runs `find` within the limits, where only what it finds tells whether the attempt is about the owner of the
    /// device. If not, it counts as the device's and as a stranger's.
    ///
    /// - Throws: what `find` throws, and then nothing was counted.
    func attempt(
        ofUnknown strangers: Subject, under circumstances: LoginCircumstances, _ find: () async throws -> String?
    ) async throws -> Result<String, LoginRefusal> {
        guard let device = circumstances.knownDevice else {
            return try await attempt(lookingUp: strangers, under: circumstances, find)
        }
        let (own, shared) = (counters(of: .ownDevice(device)), sharedCounters(circumstances))
        let ownPlaces: [AttemptReservation]
        switch try await reserve(own, watching: shared, at: circumstances.at) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let taken): ownPlaces = taken
        }
        let found = try await holding(ownPlaces, find).flatMap { circumstances.admits($0) ? $0 : nil }
        if let found, found == device.person {
            try await store.release(ownPlaces, forgetting: own)
            return .success(found)
        }
        switch try await reserve(counters(of: strangers), watching: [], at: circumstances.at) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let places):
            if let found {
                try await store.release(ownPlaces + places, forgetting: [])
                return .success(found)
            }
        }
        try await store.count(shared, at: circumstances.at)
        return .failure(.wrong)
    }

    /// Runs a check that is over at once, so that nothing is written for a right answer: the places are held in this
    /// process while it looks, and only a wrong answer is counted where others see it.
    ///
    /// Two or three processes on one file that look at the same moment may together take as many more as they are. Where
    /// there may be any number, places are taken where all see them, before anything is looked up.
    private func attempt(
        lookingUp subject: Subject, under circumstances: LoginCircumstances, _ find: () async throws -> String?
    ) async throws -> Result<String, LoginRefusal> {
        guard !store.isShared else {
            return try await attempt(of: subject, under: circumstances) {
                try await find().map(LoginOutcome.person) ?? .nobody
            }
        }
        let (counted, shared) = (counters(of: subject), sharedCounters(circumstances))
        let standing: [Int]
        switch try await store.standing(counted + shared, at: circumstances.at) {
        case .failure(let exhausted): return .failure(exhausted.refusal(at: circumstances.at))
        case .success(let counts): standing = counts
        }
        guard inHand.take(counted, standing: standing) else {
            return .failure(.tooManyAttempts(retryAfter: max(1, Int(limits.window.components.seconds))))
        }
        defer { inHand.giveBack(counted) }
        if let found = try await find(), circumstances.admits(found) { return .success(found) }
        switch try await reserve(counted, watching: [], at: circumstances.at) {
        case .failure(let refusal): return .failure(refusal)
        case .success: break
        }
        try await store.count(shared, at: circumstances.at)
        return .failure(.wrong)
    }

    private func reserve(
        _ counted: [AttemptCounter], watching watched: [AttemptCounter], at instant: Date
    ) async throws -> Result<[AttemptReservation], LoginRefusal> {
        try await store.reserve(counted, watching: watched, at: instant).mapError { $0.refusal(at: instant) }
    }

    /// Runs `work`; gives the places back if it throws.
    private func holding<T>(_ places: [AttemptReservation], _ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch {
            try await store.release(places, forgetting: [])
            throw error
        }
    }

    /// Whether an attempt of the subject would be checked at all; counts nothing.
    func refusal(of subject: Subject, under circumstances: LoginCircumstances) async throws -> LoginRefusal? {
        let watched = counters(of: subject) + sharedCounters(circumstances)
        return try await reserve([], watching: watched, at: circumstances.at).refusal
    }

    // MARK: Sending codes

    /// Counts a request for a one-time code from an address.
    func countSend(under circumstances: LoginCircumstances) async throws -> LoginRefusal? {
        guard let key = addressKey("sends by address", circumstances) else { return nil }
        return try await count(key, limits.sendsByAddress, limits.window, at: circumstances.at)
    }

    /// Counts a request of a stranger for a code to the subject, whether it is anybody or not.
    func countRequest(for subject: Subject, at instant: Date) async throws -> LoginRefusal? {
        try await count(digest.mac("requests", [key(of: subject)]), limits.person, limits.window, at: instant)
    }

    /// Counts a code sent to the subject.
    func countSend(to subject: Subject, at instant: Date) async throws -> LoginRefusal? {
        try await count(digest.mac("sends", [key(of: subject)]), limits.sends, limits.sendWindow, at: instant)
    }

    private func count(
        _ key: [UInt8], _ limit: Int, _ window: Duration, at instant: Date
    ) async throws -> LoginRefusal? {
        try await reserve([AttemptCounter(key: key, limit: limit, window: window)], watching: [], at: instant).refusal
    }

    // MARK: Counters

    /// The key that a subject with one counter is counted under.
    func key(of subject: Subject) -> [UInt8] { counters(of: subject).first?.key ?? [] }

    private func counters(of subject: Subject) -> [AttemptCounter] {
        keys(of: subject).map { AttemptCounter(key: $0, limit: limits.person, window: limits.window) }
    }

    private func keys(of subject: Subject) -> [[UInt8]] {
        switch subject {
        case .username(let typed): [digest.mac("username", PersonIndex.canonical(username: typed) ?? "")]
        case .facts(let fields, let typed): factKeys(fields, typed)
        case .person(let id): [digest.mac("person", id)]
        case .ownDevice(let device): [digest.mac("device", device.person, device.device)]
        case .codes(let method, let subject): [digest.mac(method.rawValue, [key(of: subject)])]
        case .counter(let key, _): [key]
        case .nobody: []
        }
    }

    /// For each fact a counter of all the others: somebody who knows all but one and guesses that one comes back to the
    /// same counter, while people who share a birthday share none.
    private func factKeys(_ fields: [KnowledgeField], _ typed: [String: String]) -> [[UInt8]] {
        let facts = fields.map { field in [field.name, typed[field.name].flatMap { field.canonical($0) } ?? ""] }
        guard facts.count > 1 else { return [digest.mac("facts", facts.joined().map { Array($0.utf8) })] }
        return facts.indices.map { omitted in
            let others = facts.indices.filter { $0 != omitted }.flatMap { facts[$0] }
            return digest.mac("facts", others.map { Array($0.utf8) })
        }
    }

    private func sharedCounters(_ circumstances: LoginCircumstances) -> [AttemptCounter] {
        let client = AttemptCounter(
            key: digest.mac("client", circumstances.clientID), limit: limits.client, window: limits.window)
        guard let key = addressKey("address", circumstances) else { return [client] }
        return [client, AttemptCounter(key: key, limit: limits.address, window: limits.window)]
    }

    /// Nil for this machine itself.
    private func addressKey(_ label: String, _ circumstances: LoginCircumstances) -> [UInt8]? {
        NetworkBlock(circumstances.address).counterKey(label, by: digest)
    }
}

/// What a check of an answer found.
enum LoginOutcome: Equatable {
    case person(String)
    case nobody
    /// The one-time code cannot be answered any more: not counted.
    case codeOver
}

extension LoginCircumstances {
    /// Where an earlier factor has said who it is, anybody else is as wrong as nobody.
    fileprivate func admits(_ found: String) -> Bool { person.map { $0 == found } ?? true }
}

extension Result where Failure == LoginRefusal {
    fileprivate var refusal: LoginRefusal? { if case .failure(let refusal) = self { refusal } else { nil } }
}

extension AttemptsExhausted {
    func refusal(at instant: Date) -> LoginRefusal { .tooManyAttempts(retryAfter: secondsLeft(at: instant)) }

    /// Until there is another attempt; at least one.
    func secondsLeft(at instant: Date) -> Int { max(1, Int(until.timeIntervalSince(instant).rounded(.up))) }
}
