import CPostgreSQL
import SQLStatements

/// A failure that the server answered a statement with.
struct ServerError {
    let code: String
    let message: String
    /// The server ends the connection with it.
    let isFatal: Bool

    init(_ result: OpaquePointer) {
        code = Self.field("C", of: result)
        message = Self.field("M", of: result)
        // The severity in the server's language stands in "S", the one for programs in "V".
        isFatal = ["FATAL", "PANIC"].contains(Self.field("V", of: result))
    }

    /// A COMMIT that the server answered with ROLLBACK.
    init(rolledBack: Void) {
        (code, message, isFatal) = ("40000", "the transaction was rolled back", false)
    }

    private static func field(_ name: Unicode.Scalar, of result: OpaquePointer) -> String {
        PQresultErrorField(result, Int32(name.value)).map { String(cString: $0) } ?? ""
    }

    /// An expectation did not hold.
    var isRefusal: Bool { code == "22P02" && message.contains(GuardedText.marker) }

    /// The script stood in another's way and leaves nothing behind: it may go better when run again.
    var isConflict: Bool { code == "40001" || code == "40P01" }

    /// The statement was prepared before a change of schema, or is not prepared any more: preparing it again helps.
    var isStalePlan: Bool { code == "26000" || code == "0A000" && message.contains("cached plan") }

    /// The server was told to end this connection, so what it had not answered yet it has not done. Told by a pooler
    /// the same code says nothing about the server behind it.
    var isShutdown: Bool { isFatal && (code == "57P01" || code == "57P05") }

    var failure: DatabaseFailure { DatabaseFailure(kind, code: code, message: safeMessage) }

    private var kind: DatabaseFailure.Kind {
        switch code {
        case "42501": .permissionMissing
        case "25006": .readOnly
        case "53100": .diskFull
        case "57014": .timeout
        case "40003": .outcomeUnknown
        case _ where isConflict: .serialization
        case _ where code.hasPrefix("23"): .constraintViolation
        case _ where code.hasPrefix("22"): .invalidValue
        case _ where code.hasPrefix("57P") || code.hasPrefix("08"): .unreachable
        default: .other
        }
    }

    /// Messages about data quote it, and messages of functions may: they are left out.
    private var safeMessage: String {
        switch code.prefix(2) {
        case "22": "a value does not fit"
        case "P0": "a function of the database failed"
        default: message
        }
    }
}
