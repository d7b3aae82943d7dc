import JOSE
import PersonAuthentication

/// A code of six digits that is sent to somebody.
enum OneTimeCode {
    static let digits = 6
    private static let count: UInt32 = 1_000_000

    /// Every code with the same probability: values past the last whole million are thrown away.
    static func random(from bytes: (Int) -> [UInt8] = secureRandomBytes) -> String {
        let end = UInt32.max / count * count
        while true {
            let value = bytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            guard value < end else { continue }
            let text = String(value % count)
            return String(repeating: "0", count: digits - text.count) + text
        }
    }

    /// The code as people may type it: with spaces or hyphens, and digits of another script.
    static func canonical(_ typed: String) -> String {
        guard typed.utf8.count <= 100 else { return "" }
        return String(TextNormalization.normalize(typed, []).filter { $0 != " " && $0 != "-" })
    }
}
