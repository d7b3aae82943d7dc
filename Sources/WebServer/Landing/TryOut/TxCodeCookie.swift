import Foundation
import HTTPTypes
import OAuth

/// Keeps a transaction code with the browser that made the offer, so that the page can show it again.
///
/// The code is stored nowhere else in the clear and must not be in addresses.
struct TxCodeCookie: Sendable {
    /// The page of the offer that the code is for: no other page is sent the cookie.
    let path: String
    let isSecure: Bool

    private static let name = "tx_code"
    private static let maximumDigits = 16

    func setting(_ code: String, until end: Date, at instant: Date) -> String {
        let seconds = max(0, Int(end.timeIntervalSince(instant)))
        return "\(Self.name)=\(code); Path=\(path); Max-Age=\(seconds); HttpOnly; SameSite=Strict"
            + (isSecure ? "; Secure" : "")
    }

    /// The code in a request, nil if there is none or it is not made of digits.
    static func code(in request: EndpointRequest) -> String? {
        for pair in request.headers[values: .cookie].flatMap({ $0.split(separator: ";") }) {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0] == name, (1...maximumDigits).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
            else { continue }
            return String(parts[1])
        }
        return nil
    }
}
