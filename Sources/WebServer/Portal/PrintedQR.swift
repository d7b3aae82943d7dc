import CQREncode
import PrintedCredential

extension PrintedCode {
    /// The QR code (ISO/IEC 18004) of a text in bytes: at level M if it fits, else at level L.
    ///
    /// Nil if the text is too long for any.
    init?(_ text: String, caption: String, side: Int) {
        let code =
            QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
            ?? QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1)
        guard let code else { return nil }
        defer { QRcode_free(code) }
        guard let modules = code.pointee.data else { return nil }
        let width = Int(code.pointee.width)
        let rows = (0..<width).map { row in (0..<width).map { modules[row * width + $0] & 1 == 1 } }
        guard let printed = try? PrintedCode(rows: rows, caption: caption, side: side) else { return nil }
        self = printed
    }
}
