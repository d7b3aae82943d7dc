import SQLStatements

/// Why no connection was made, out of what libpq says.
enum ConnectionRefusal {
    static func failure(saying text: String, host: ConnectionSettings.Parameters) -> DatabaseFailure {
        let message = cleaned(text, host: host)
        let code = code(in: text) ?? ""
        if text.contains("session is read-only") {
            return DatabaseFailure(
                .readOnly,
                message: "\(name(of: host)) takes no writes: it is a replica, or default_transaction_read_only is on")
        }
        if text.contains("no password supplied") {
            return DatabaseFailure(.authenticationRefused, message: message)
        }
        let kind: DatabaseFailure.Kind =
            switch code {
            case _ where code.hasPrefix("28"): .authenticationRefused
            case "3D000": .databaseMissing
            case "42501": .permissionMissing
            default: .unreachable
            }
        return DatabaseFailure(kind, code: code, message: message)
    }

    /// The host as a message names it.
    static func name(of host: ConnectionSettings.Parameters) -> String {
        let name = host["host"] ?? host["hostaddr"] ?? ""
        return "the PostgreSQL server at " + (name.isEmpty ? "the local socket" : name)
            + (host["port"].map { " port " + $0 } ?? "")
    }

    /// The SQLSTATE in "FATAL:  28P01: …".
    private static func code(in text: String) -> String? {
        text.firstMatch(of: #/:  ([0-9A-Z]{5}): /#).map { String($0.1) }
    }

    /// One line, without where in its source the server found the fault, and without the password whatever it says.
    private static func cleaned(_ text: String, host: ConnectionSettings.Parameters) -> String {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }
        let line = lines.map { $0.replacing(#/:  [0-9A-Z]{5}: /#, with: ": ") }.joined(separator: "; ")
        guard let password = host["password"], !password.isEmpty else { return line }
        return line.replacing(password, with: "…")
    }
}
