package import SQLStatements

extension PostgreSQLDatabase {
    /// Brings the schema up to date: runs the steps that were not run before, each of several texts, in one
    /// transaction. Of processes that start together one does so and the others find it done.
    ///
    /// `microseconds` since 1970 are written down as the time of the new steps. A database that has nothing to catch up
    /// on is only read, so an account that may not change the schema will do.
    package func migrate(_ steps: [[String]], at microseconds: Int64) async throws(DatabaseFailure) {
        try await changingSchema { connection throws(DatabaseFailure) in
            let applied = try connection.appliedMigrations()
            guard applied <= steps.count else { throw .newerSchema(Int64(applied), known: steps.count) }
            for (index, texts) in steps.enumerated() where index >= applied {
                for text in texts { try connection.execute(text) }
                try connection.execute(
                    "INSERT INTO schema_migrations (number, applied_at) VALUES (\(index + 1), \(microseconds))")
            }
        }
    }
}

extension PostgreSQLDatabase {
    /// The steps that were run, with when, in microseconds since 1970. Changes nothing.
    package func appliedSteps() async throws(DatabaseFailure) -> [(number: Int64, microseconds: Int64)] {
        try await changingSchema { connection throws(DatabaseFailure) in
            guard try connection.firstField(of: "SELECT to_regclass('schema_migrations')") != nil else { return [] }
            let text = try connection.firstField(
                of: """
                    SELECT string_agg(number || ' ' || applied_at, ',' ORDER BY number) FROM schema_migrations
                    """)
            return (text ?? "").split(separator: ",").compactMap { step in
                let parts = step.split(separator: " ").compactMap { Int64($0) }
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }
        }
    }
}

extension SchemaConnection {
    /// How many steps were run. Makes the table that says so.
    fileprivate func appliedMigrations() throws(DatabaseFailure) -> Int {
        if try firstField(of: "SELECT to_regclass('schema_migrations')") == nil {
            try execute("CREATE TABLE schema_migrations (number BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)")
        }
        let number = try firstField(of: "SELECT COALESCE(MAX(number), 0) FROM schema_migrations")
        return number.flatMap { Int($0) } ?? 0
    }
}
