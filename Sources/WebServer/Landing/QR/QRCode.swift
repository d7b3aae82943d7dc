import CQREncode

/// A QR code (ISO/IEC 18004) of a text, as the parts of an SVG picture.
struct QRCode: Sendable {
    /// Modules along one side, quiet zone included.
    let side: Int
    /// The dark modules as path data, one unit to a module.
    let path: String

    /// Light modules that scanners need around the code.
    private static let quietZone = 4

    /// Nil if the text is too long for any QR code.
    init?(_ text: String) {
        // Fewer damaged modules can be read at level L, but a sixth more text fits.
        let code =
            QRcode_encodeString(text, 0, QR_ECLEVEL_M, QR_MODE_8, 1)
            ?? QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1)
        guard let code else { return nil }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let modules = code.pointee.data else { return nil }
        side = width + 2 * Self.quietZone
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                let start = column
                while column < width, modules[row * width + column] & 1 == 1 { column += 1 }
                let run = column - start
                if run > 0 { path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(run)v1h-\(run)z" }
                column += 1
            }
        }
        self.path = path
    }
}
