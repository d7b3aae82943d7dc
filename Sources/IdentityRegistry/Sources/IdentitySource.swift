import HTTPTypes
package import OAuth
package import RegistryRecords

/// Where people are known: this program's own registry, or somebody else's.
package protocol IdentitySource: Sendable {
    /// The identifier of the one person whom all facts fit; nil for nobody, and where they fit several.
    ///
    /// - Throws: ``SourceUnavailable`` if the source does not answer.
    func find(facts: [String: String]) async throws -> String?

    /// The identifier of the one person who has the username; nil for nobody, and where several have it.
    ///
    /// - Throws: ``SourceUnavailable`` if the source does not answer.
    func find(username: String) async throws -> String?

    /// What is known about a person, and of it only the fields asked for; nil if there is no such person.
    ///
    /// - Throws: ``SourceUnavailable`` if the source does not answer.
    func person(id: String, fields: Set<String>) async throws -> PersonRecord?
}

/// A source that keeps people's passwords and PINs itself, and says whose they are.
package protocol SecretCheckingSource: IdentitySource {
    /// The person whose secret this is; nil for nobody.
    ///
    /// - Throws: ``SourceUnavailable`` if the source does not answer.
    func find(_ owner: SecretOwner, secret: String, kind: SecretKind) async throws -> String?
}

/// Whose secret somebody says it is.
package enum SecretOwner: Sendable, Equatable {
    case username(String)
    /// Identified by an earlier factor.
    case person(String)
}

/// A source does not answer, or not as it should. For the operator's log: names no person.
package struct SourceUnavailable: Error, Sendable, CustomStringConvertible {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}

extension SourceUnavailable: Refusal {
    package var wire: WireRefusal {
        WireRefusal(
            .serviceUnavailable, "temporarily_unavailable", "The registry of people does not answer; try again")
    }
}

extension PersonRecord {
    /// The record with nothing else than these fields.
    package func limited(to fields: Set<String>) -> PersonRecord {
        PersonRecord(id: id, fields: self.fields.filter { fields.contains($0.key) })
    }
}
