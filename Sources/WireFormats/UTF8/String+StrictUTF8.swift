extension String {
    /// The text of well-formed UTF-8, nil for anything else.
    ///
    /// What is all ASCII, as nearly everything on the wire is, takes a way without the standard library's generic
    /// validation, which costs many times as much for short texts.
    package init?(strictUTF8 bytes: UnsafeBufferPointer<UInt8>) {
        if bytes.allSatisfy({ $0 < 0x80 }) {
            self.init(decoding: bytes, as: UTF8.self)
        } else {
            self.init(validating: bytes, as: UTF8.self)
        }
    }

    /// The text of well-formed UTF-8, nil for anything else.
    package init?(strictUTF8 bytes: ArraySlice<UInt8>) {
        let text = bytes.withUnsafeBufferPointer { String(strictUTF8: $0) }
        guard let text else { return nil }
        self = text
    }
}
