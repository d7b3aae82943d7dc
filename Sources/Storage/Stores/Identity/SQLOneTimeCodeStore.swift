package import Foundation
package import IdentityRegistry
package import KeyStore
package import OAuth
import PersonAuthentication
package import SQLStatements

/// One-time codes over SQL. Whose code it is stands sealed in the row, nobody's as long as anybody's.
package struct SQLOneTimeCodeStore: OneTimeCodeStore {
    let database: any SQLDatabase
    let sealer: DataSealer

    package init(database: any SQLDatabase, sealer: DataSealer) {
        self.database = database
        self.sealer = sealer
    }

    package func insert(_ code: StoredOneTimeCode) async throws {
        let person = sealer.seal(Self.padded(code.person ?? ""), context: Self.context(of: code.id))
        try await database.change(
            """
            INSERT INTO one_time_codes (id, sealed_person, code_mac, method, counter, own_device, expires_at, tries)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
            """, .bytes(code.id.bytes), .bytes(person), .bytes(code.mac), .text(code.method.rawValue),
            .bytes(code.counter.key), .integer(code.counter.isOwnDevice ? 1 : 0), .integer(code.expiresAt.microseconds))
    }

    package func counter(of id: TicketID) async throws -> StoredOneTimeCode.Counter? {
        try await database.first("SELECT counter, own_device FROM one_time_codes WHERE id = $1", .bytes(id.bytes)) {
            StoredOneTimeCode.Counter(key: $0.bytes(0), isOwnDevice: $0.integer(1) != 0)
        }
    }

    package func answer(_ id: TicketID, mac: [UInt8], at instant: Date) async throws -> OneTimeCodeAnswer {
        let at = SQLValue.integer(instant.microseconds)
        // The one statement that spends the code, or a try: whoever changes the row has it. That MACs are compared byte
        // by byte tells nobody anything who cannot make one.
        let spending = SQLStatement(
            """
            UPDATE one_time_codes
            SET tries = tries + 1, spent_at = CASE WHEN code_mac = $1 THEN $2 ELSE spent_at END
            WHERE id = $3 AND spent_at IS NULL AND expires_at > $4 AND tries < $5
            RETURNING spent_at, sealed_person
            """, .bytes(mac), at, .bytes(id.bytes), at, .integer(Int64(AttemptLimits.triesOfCode)))
        guard let row = try await database.write(spending)[0].rows.first else { return .over }
        guard !row.isNull(0) else { return .wrong }
        let padded = try sealer.open(row.bytes(1), context: Self.context(of: id))
        let person = String(decoding: padded.prefix { $0 != 0 }, as: UTF8.self)
        return .right(person: person.isEmpty ? nil : person)
    }

    /// As long as an identifier may be.
    private static func padded(_ person: String) -> [UInt8] {
        let bytes = Array(person.utf8)
        return bytes + [UInt8](repeating: 0, count: max(0, PersonIdentifier.maximumCharacters - bytes.count))
    }

    private static func context(of id: TicketID) -> String { "one-time code " + id.text }
}
