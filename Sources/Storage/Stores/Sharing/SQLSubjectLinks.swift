package import DataSharing
package import Foundation
package import KeyStore
package import SQLStatements
import SharingHub

/// Which person a subject is, over SQL.
package struct SQLSubjectLinks: SubjectLinks {
    let database: any SQLDatabase
    let sealer: DataSealer
    let mark: PersonMark

    package init(database: any SQLDatabase, sealer: DataSealer, mark: PersonMark) {
        self.database = database
        self.sealer = sealer
        self.mark = mark
    }

    package func link(
        _ organization: OrganizationID, subject: String, to person: String, at instant: Date
    ) async throws {
        let sealed = sealer.seal(Array(person.utf8), context: Self.context(organization, subject))
        try await database.change(
            """
            INSERT INTO sharing_subjects (organization, subject, person, sealed_person, linked_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organization, subject) DO NOTHING
            """, .text(organization.text), .text(subject), .bytes(mark(person)), .bytes(sealed),
            .integer(instant.microseconds))
    }

    package func person(of subject: String, at organization: OrganizationID) async throws -> String? {
        // Strangers name subjects, and PostgreSQL takes no text with a NUL.
        guard !subject.utf8.contains(0) else { return nil }
        return try await database.first(
            "SELECT sealed_person FROM sharing_subjects WHERE organization = $1 AND subject = $2",
            .text(organization.text), .text(subject)
        ) { row in
            let bytes = try sealer.open(row.bytes(0), context: Self.context(organization, subject))
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func context(_ organization: OrganizationID, _ subject: String) -> String {
        "subject \(organization.text) \(subject)"
    }
}
