package import DataMarket
import DataSharing
import JOSE
import SQLStatements
import WireFormats

extension SQLMarketStore: PreparedPushStore {
    package func prepare(_ batch: PreparedBatch) async throws {
        let made = SQLStatement(
            "INSERT INTO batches (idempotency_key, path, body, digests) VALUES ($1, $2, $3, $4)",
            .text(batch.idempotencyKey), .text(batch.path), .bytes(batch.body),
            .text(JSON.array(batch.digests.map(\.record)).description))
        let marks = batch.marks.map { mark in
            SQLStatement(
                """
                INSERT INTO prepared_marks (idempotency_key, row_mark, content_mark, expires_at_seconds)
                VALUES ($1, $2, $3, $4)
                """, .text(batch.idempotencyKey), .bytes(mark.row), .bytes(mark.content), SQLValue(mark.expiresAt))
        }
        try await database.write([made] + marks)
    }

    package func unconfirmed() async throws -> [PreparedBatch] {
        try await database.all("SELECT idempotency_key, path, body, digests FROM batches ORDER BY number") { row in
            let limits = JSONLimits(depth: 8, values: 200_000)
            let digests = try JSON(parsing: Array(row.text(3).utf8), limits: limits).array ?? []
            return PreparedBatch(
                idempotencyKey: row.text(0), path: row.text(1), body: row.bytes(2),
                digests: try digests.map { try KeptDigest(record: $0) })
        }
    }

    package func confirm(_ batch: PreparedBatch) async throws {
        let kept = batch.digests.map { digest in
            SQLStatement(
                """
                INSERT INTO digests (subject, scope, version, issuer_signed, disclosures, expires_at_seconds)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (subject, scope) DO UPDATE SET version = excluded.version,
                    issuer_signed = excluded.issuer_signed, disclosures = excluded.disclosures,
                    expires_at_seconds = excluded.expires_at_seconds
                """, .text(digest.subject), .text(digest.scope), .integer(digest.version),
                .text(digest.values.issuerSigned), .text(KeptDisclosures.json(digest.values.disclosures).description),
                SQLValue(digest.expiresAt))
        }
        let marks = SQLStatement(
            """
            INSERT INTO marks (row_mark, content_mark, expires_at_seconds)
            SELECT row_mark, content_mark, expires_at_seconds FROM prepared_marks WHERE idempotency_key = $1
            ON CONFLICT (row_mark) DO UPDATE SET content_mark = excluded.content_mark,
                expires_at_seconds = excluded.expires_at_seconds
            """, .text(batch.idempotencyKey))
        try await database.write(kept + [marks] + Self.forgetting(batch))
    }

    package func discard(_ batch: PreparedBatch) async throws {
        try await database.write(Self.forgetting(batch))
    }

    private static func forgetting(_ batch: PreparedBatch) -> [SQLStatement] {
        [
            SQLStatement("DELETE FROM batches WHERE idempotency_key = $1", .text(batch.idempotencyKey)),
            SQLStatement("DELETE FROM prepared_marks WHERE idempotency_key = $1", .text(batch.idempotencyKey)),
        ]
    }

    package func markKey() async throws -> [UInt8] {
        try await database.change(
            "INSERT INTO mark_keys (number, secret) VALUES (1, $1) ON CONFLICT (number) DO NOTHING",
            .bytes(secureRandomBytes(RowMark.byteCount)))
        return try await database.first("SELECT secret FROM mark_keys WHERE number = 1") { $0.bytes(0) } ?? []
    }

    package func marks(at seconds: Int64) async throws -> [[UInt8]: [UInt8]] {
        let marks = try await database.all(
            """
            SELECT row_mark, content_mark FROM marks
            WHERE expires_at_seconds IS NULL OR expires_at_seconds > $1
            """, .integer(seconds)
        ) { ($0.bytes(0), $0.bytes(1)) }
        return Dictionary(marks) { first, _ in first }
    }
}

extension KeptDigest {
    fileprivate var record: JSON {
        var object: JSONObject = [
            "subject": .string(subject), "scope": .string(scope), "version": .integer(version),
            "issuer_signed": .string(values.issuerSigned), "disclosures": KeptDisclosures.json(values.disclosures),
        ]
        if let expiresAt { object["expires_at"] = .integer(expiresAt) }
        return .object(object)
    }

    fileprivate init(record: JSON) throws {
        guard let subject = record["subject"]?.string, let scope = record["scope"]?.string,
            let version = record["version"]?.integer, let signed = record["issuer_signed"]?.string
        else { throw KeptDisclosures.Malformed() }
        self.init(
            subject: subject, scope: scope, version: version,
            values: IssuedScopeValues(
                issuerSigned: signed, disclosures: try KeptDisclosures.read(record["disclosures"] ?? [])),
            expiresAt: record["expires_at"]?.integer)
    }
}
