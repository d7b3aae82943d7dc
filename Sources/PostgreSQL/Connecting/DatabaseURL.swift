import SQLStatements

/// A database URL without the parameters that libpq does not know.
struct DatabaseURL {
    /// What libpq reads.
    let text: String
    var preparedStatements: Bool?
    var explicitTransactions: Bool?
    var connections: Int?

    /// What is wrong with a URL is told without a piece of it: it holds a password.
    init(_ url: String) throws(DatabaseFailure) {
        guard ServerURL.isMeant(by: url) else {
            throw DatabaseFailure(
                .misconfigured, message: "the URL of the database does not begin with postgresql:// or postgres://")
        }
        guard let mark = Self.queryMark(in: url) else {
            text = url
            return
        }
        var kept: [Substring] = []
        for parameter in url[url.index(after: mark)...].split(separator: "&") {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch parts[0] {
            case "prepared_statements": preparedStatements = try Self.flag(parts)
            case "explicit_transactions": explicitTransactions = try Self.flag(parts)
            case "connections": connections = try Self.number(parts)
            default: kept.append(parameter)
            }
        }
        text = url[..<mark] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
    }

    /// Where the query begins, as libpq sees it: a password may hold a "?", so what comes before "@" is passed over.
    private static func queryMark(in url: String) -> String.Index? {
        guard let scheme = url.firstIndex(of: "/") else { return nil }
        let authority = url.index(scheme, offsetBy: 2)
        let end = url[authority...].firstIndex { $0 == "@" || $0 == "/" } ?? authority
        return url[end...].firstIndex(of: "?")
    }

    private static func number(_ parts: [Substring]) throws(DatabaseFailure) -> Int {
        guard let number = parts.dropFirst().first.flatMap({ Int($0) }), (1...1000).contains(number) else {
            throw DatabaseFailure(
                .misconfigured, message: "\(parts[0]) in the URL of the database is a number from 1 to 1000")
        }
        return number
    }

    private static func flag(_ parts: [Substring]) throws(DatabaseFailure) -> Bool {
        switch parts.dropFirst().first {
        case "on", "true", "1": return true
        case "off", "false", "0": return false
        default:
            throw DatabaseFailure(.misconfigured, message: "\(parts[0]) in the URL of the database is on or off")
        }
    }
}
