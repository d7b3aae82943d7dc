package import Foundation
package import OAuth
package import PersonAuthentication

/// Where one-time codes wait for their answer.
package protocol OneTimeCodeStore: Sendable {
    func insert(_ code: StoredOneTimeCode) async throws

    /// What wrong answers to a code are counted under; nil if there is no such code.
    func counter(of id: TicketID) async throws -> StoredOneTimeCode.Counter?

    /// Spends the code, or one of its tries: one atomic step that holds across processes.
    func answer(_ id: TicketID, mac: [UInt8], at instant: Date) async throws -> OneTimeCodeAnswer
}

/// A one-time code as it is kept.
package struct StoredOneTimeCode: Sendable {
    package let id: TicketID
    /// Nil if it was sent to nobody.
    package let person: String?
    package let mac: [UInt8]
    package let method: LoginMethod
    package let counter: Counter
    package let expiresAt: Date

    /// Decided when the code is sent, from who asked for it on which device.
    package struct Counter: Sendable, Equatable {
        package let key: [UInt8]
        package let isOwnDevice: Bool

        package init(key: [UInt8], isOwnDevice: Bool) {
            (self.key, self.isOwnDevice) = (key, isOwnDevice)
        }
    }

    package init(
        id: TicketID, person: String?, mac: [UInt8], method: LoginMethod, counter: Counter, expiresAt: Date
    ) {
        self.id = id
        self.person = person
        self.mac = mac
        self.method = method
        self.counter = counter
        self.expiresAt = expiresAt
    }
}

/// What became of an answer to a one-time code.
package enum OneTimeCodeAnswer: Sendable, Equatable {
    /// The code is spent. Nil if it was nobody's.
    case right(person: String?)
    case wrong
    /// Unknown, expired, spent, or out of tries.
    case over
}
