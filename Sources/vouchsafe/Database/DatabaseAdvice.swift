import ConfigurationFile
import Foundation
import SQLStatements
import Storage
import WebServer

extension Settings {
    /// The environment, then the configuration, then a file in the data directory.
    func databaseLocation(_ configuration: IssuerConfiguration?) -> DatabaseLocation {
        if let url = databaseURL ?? configuration?.databaseURL { return .server(url: url) }
        return .file(path: dataDirectory.appending(path: "vouchsafe.db").path)
    }
}

extension DatabaseFailure {
    /// What an operator can do about a database that cannot be opened.
    func advice(for location: DatabaseLocation) -> String {
        let advice: String? =
            switch kind {
            case .authenticationRefused: "check user and password of the URL"
            case .databaseMissing: "make it: CREATE DATABASE …"
            case .permissionMissing:
                "let the account make tables (GRANT USAGE, CREATE ON SCHEMA …), or run `vouchsafe database migrate` "
                    + "with an account that may, and grant this one SELECT, INSERT, UPDATE, DELETE on its tables"
            case .readOnly: "use the address of the server that takes writes"
            case .diskFull: "make room on its disk"
            case .unreachable: "check that it runs and that host and port are right"
            default: nil
            }
        return "the database \(location.name): \(message)" + (advice.map { "; " + $0 } ?? "")
    }
}

extension DatabaseCounters {
    /// As metrics.
    var samples: [Metrics.Sample] {
        [
            .counter("database_scripts_total", scripts, "Transactions and queries that were taken."),
            .counter("database_statements_total", statements, "Statements sent to the database."),
            .counter("database_round_trips_total", roundTrips, "Round trips to the database."),
            .counter("database_retries_total", retries, "Transactions run again at the database's request."),
            .counter("database_reconnects_total", reconnects, "Connections made in place of lost ones."),
            .gauge("database_connections", openConnections, "Connections that are open."),
        ]
    }
}
