import CPostgreSQL
import Foundation
import SQLStatements

/// A connection that was just made. Handed from the thread that made it to the one that uses it.
struct NewConnection: @unchecked Sendable {  // one thread has it at a time
    let handle: OpaquePointer
}

/// Making a connection, which blocks: names are looked up, and hosts waited for.
enum ConnectionAttempt {
    /// The first host that takes writes.
    static func open(_ hosts: [ConnectionSettings.Parameters], timeout: Duration) throws(DatabaseFailure)
        -> NewConnection
    {
        var failures: [DatabaseFailure] = []
        for host in hosts {
            do throws(DatabaseFailure) { return try open(host, timeout: timeout) } catch { failures.append(error) }
        }
        // A host that answers and refuses tells more than those that do not answer.
        throw failures.first { $0.kind != .unreachable } ?? failures[0]
    }

    private static func open(
        _ host: ConnectionSettings.Parameters, timeout: Duration
    ) throws(DatabaseFailure) -> NewConnection {
        let strings = host.map { (strdup($0.key), strdup($0.value)) }
        defer {
            for (name, value) in strings {
                free(name)
                free(value)
            }
        }
        let names = strings.map { UnsafePointer($0.0) } + [nil]
        let values = strings.map { UnsafePointer($0.1) } + [nil]
        guard let handle = PQconnectStartParams(names, values, 0) else {
            throw DatabaseFailure(.unreachable, message: "out of memory")
        }
        // Failures then begin with the code of the server, whose words are in its own language.
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        do throws(DatabaseFailure) {
            try finish(handle, host: host, until: .now + timeout)
        } catch {
            PQfinish(handle)
            throw error
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return NewConnection(handle: handle)
    }

    private static func finish(
        _ handle: OpaquePointer, host: ConnectionSettings.Parameters, until deadline: ContinuousClock.Instant
    ) throws(DatabaseFailure) {
        var state = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard state != PGRES_POLLING_FAILED else {
                throw ConnectionRefusal.failure(saying: String(cString: PQerrorMessage(handle)), host: host)
            }
            let events = Int16(state == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
            let left = ContinuousClock.now.duration(to: deadline).milliseconds
            guard left > 0 else {
                throw DatabaseFailure(
                    .unreachable, message: "no answer in time from \(ConnectionRefusal.name(of: host))")
            }
            if poll(&descriptor, 1, Int32(left)) > 0 { state = PQconnectPoll(handle) }
        }
    }
}
