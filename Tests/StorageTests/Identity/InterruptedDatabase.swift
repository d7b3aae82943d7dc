import SQLStatements
import Synchronization
import Testing

/// A database over which something happens, once, right before a script that begins with certain words: as another
/// process may do it.
final class InterruptedDatabase: SQLDatabase {
    private let database: any SQLDatabase
    private let words: String
    private let interruption: Mutex<(@Sendable () async throws -> Void)?>

    init(_ database: any SQLDatabase, before words: String, _ act: @escaping @Sendable () async throws -> Void) {
        (self.database, self.words) = (database, words)
        interruption = Mutex(act)
    }

    func run(_ script: SQLScript) async throws(DatabaseFailure) -> SQLOutcome {
        if script.statements.first?.sql.text.description.hasPrefix(words) == true,
            let act = interruption.withLock({ $0.take() })
        {
            do { try await act() } catch { Issue.record(error) }
        }
        return try await database.run(script)
    }

    func close() async {}
}
