import Foundation

/// The trust anchor of the certificates that a development authority made; what `--trust` takes.
package struct DevelopmentRoot: Sendable, Equatable {
    /// DER.
    package let certificate: [UInt8]

    /// RFC 7468 §5, lines of 64 characters.
    package var pem: String {
        let text = Data(certificate).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN CERTIFICATE-----\n\(text)\n-----END CERTIFICATE-----\n"
    }
}
