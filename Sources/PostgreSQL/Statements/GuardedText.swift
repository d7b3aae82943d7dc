import SQLStatements

/// How a statement's text is sent.
enum StatementForm: Hashable {
    /// As it stands.
    case plain
    /// So that the server refuses it unless it changes or returns one row.
    case oneRow
    /// As ``oneRow``, of a query whose row nobody changes until the transaction ends.
    case oneLockedRow
    /// So that the server refuses it when it changes or returns more than one row. Where it stands alone, none has
    /// changed nothing, and is told without a failure that the server would log.
    case atMostOneRow
    /// So that the server refuses it when it changes or returns a row.
    case noRow
}

/// The text that makes an expectation fail inside the server, and with it the transaction it stands in.
///
/// The statement becomes a `WITH` whose rows are counted. A count that was not expected is turned into a cast of words
/// to a number, which fails with SQLSTATE 22P02 and the words in its message. No failure of the statement itself says
/// them, as a failing division could if the guard were one. The count stands in the last column otherwise.
struct GuardedText {
    let text: String
    /// The rows of the statement itself are in the answer.
    let givesRows: Bool
    let isChange: Bool

    static let marker = "expectation of a script: rows "

    init(_ statement: String, form: StatementForm) {
        let words = statement.uppercased().split { !$0.isLetter && $0 != "_" }
        isChange = ["INSERT", "UPDATE", "DELETE"].contains(words.first)
        let returns = !isChange || words.contains("RETURNING")
        givesRows = returns && form != .noRow
        let rows =
            switch form {
            case .oneLockedRow: statement + " FOR SHARE"
            default: returns ? statement : statement + " RETURNING 1"
            }
        let check =
            switch form {
            case .plain: ""
            case .oneRow, .oneLockedRow: Self.check("= 1")
            case .atMostOneRow: Self.check("<= 1")
            case .noRow: Self.check("= 0")
            }
        text =
            switch form {
            case .plain: statement
            // The count has one row whatever the statement has, and stands on the left: the check is always evaluated.
            case _ where givesRows:
                """
                WITH guarded_rows AS (\(rows)) SELECT guarded_rows.*, \(check)
                FROM (SELECT count(*) AS n FROM guarded_rows) guarded_count LEFT JOIN guarded_rows ON true
                """
            default:
                """
                WITH guarded_rows AS (\(rows)) SELECT \(check)
                FROM (SELECT count(*) AS n FROM guarded_rows) guarded_count
                """
            }
    }

    private static func check(_ condition: String) -> String {
        """
        CASE WHEN guarded_count.n \(condition) THEN guarded_count.n
        ELSE CAST('\(marker)' || CAST(guarded_count.n AS text) AS bigint) END
        """
    }
}
