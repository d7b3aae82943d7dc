import Foundation

extension Date {
    /// Microseconds since 1970, as times stand in the database.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded(.down)) }

    init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
