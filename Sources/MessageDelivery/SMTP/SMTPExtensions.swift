/// What a mail server can do beyond the basics, from its reply to EHLO (RFC 5321 §4.1.1.1).
struct SMTPExtensions: Equatable {
    private(set) var startTLS = false
    private(set) var eightBitMIME = false
    private(set) var internationalAddresses = false
    /// Bytes of a message, RFC 1870; nil if the server states none or no limit.
    private(set) var maximumMessageBytes: Int?
    /// Whether SIZE may be said with MAIL.
    private(set) var size = false
    /// Names of SASL mechanisms in upper case, RFC 4954 §3.
    private(set) var mechanisms: Set<String> = []

    /// - Parameter lines: of the reply; the first is the server's name.
    init(_ lines: [String]) {
        for line in lines.dropFirst() {
            // Some servers of old write AUTH=LOGIN.
            let words = line.uppercased().split { $0 == " " || $0 == "=" }.map(String.init)
            switch words.first {
            case "STARTTLS": startTLS = true
            case "8BITMIME": eightBitMIME = true
            case "SMTPUTF8": internationalAddresses = true
            case "AUTH": mechanisms.formUnion(words.dropFirst())
            case "SIZE":
                size = true
                if let limit = words.dropFirst().first.flatMap({ Int($0) }), limit > 0 { maximumMessageBytes = limit }
            default: break
            }
        }
    }
}
