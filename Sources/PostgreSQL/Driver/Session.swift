import CPostgreSQL
import SQLStatements

/// What a statement is prepared as on a connection.
struct PreparedKey: Hashable {
    let plan: ObjectIdentifier
    let types: ParameterTypes
}

/// One connection in pipeline mode. Used by the driver's thread only.
final class Session {
    let handle: OpaquePointer
    let isEncrypted: Bool
    let preparesStatements: Bool
    let explicitTransactions: Bool
    var names: [PreparedKey: String] = [:]
    var lastName = 0
    /// Scripts behind one whose statement could not be prepared fail for the same reason.
    var failedPlans: [PreparedKey: ServerError] = [:]

    /// Under way, in the order in which the server answers.
    var batches: [Batch] = []
    /// How busy it is: what commits waits for a disk.
    var load = 0
    /// Nothing more is sent, and it is closed once nothing is under way.
    var isDraining = false
    var hasOutput = false
    /// When the server last answered, or was first asked.
    var lastProgress = ContinuousClock.now
    var shutdown: ServerError?
    var stepHasAnswer = false
    var lastWasEnd = false

    init(_ connection: NewConnection, settings: ConnectionSettings) {
        handle = connection.handle
        isEncrypted = PQsslInUse(handle) == 1
        preparesStatements = settings.preparedStatements
        explicitTransactions = settings.explicitTransactions
        // libpq writes notices to the standard error stream otherwise.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
    }

    /// False if the connection cannot be used.
    func start() -> Bool { PQsetnonblocking(handle, 1) == 0 && PQenterPipelineMode(handle) == 1 }

    var socket: Int32 { PQsocket(handle) }

    func close() { PQfinish(handle) }

    /// Whether nothing was heard for so long although something is under way.
    func isSilent(for time: Duration, at now: ContinuousClock.Instant) -> Bool {
        !batches.isEmpty && lastProgress.duration(to: now) > time
    }

    static func weight(_ batch: Batch) -> Int { batch.jobs[0].script.isReadOnly ? batch.items.count : 4 }
}
