import Synchronization

/// A secret key that never leaves its token.
package struct TokenKey: Sendable {
    /// Whether a process uses a module is one thing for the whole process, and so is whether it is logged in.
    static let turn = Mutex<Void>(())

    private let uri: PKCS11URI

    package init(_ uri: PKCS11URI) {
        self.uri = uri
    }

    /// HMAC-SHA-256 of a message, made in the token (`CKM_SHA256_HMAC`, PKCS #11 2.40 Current Mechanisms §2.12).
    ///
    /// The token is logged in to for this once. A refused PIN is not tried again, since tokens count.
    package func authenticationCode(of message: [UInt8]) throws(HardwareKeyFault) -> [UInt8] {
        let pin = try uri.pinFile.map { path throws(HardwareKeyFault) in try PIN(file: path) }
        return try Self.turn.withLock { _ throws(HardwareKeyFault) in
            try PKCS11Module(path: uri.modulePath).authenticationCode(of: message, by: uri, pin)
        }
    }
}

extension PKCS11Module {
    func authenticationCode(
        of message: [UInt8], by uri: PKCS11URI, _ pin: PIN?
    ) throws(HardwareKeyFault) -> [UInt8] {
        let isFirst = try begin()
        defer { if isFirst { end() } }
        let token = try token(uri.token)
        try requireHMAC(of: token)
        let session = try PKCS11Session(on: token, of: self)
        defer { session.close() }
        try session.logIn(pin, from: uri.pinFile)
        let key = try session.signingKey(uri.key)
        return try session.authenticationCode(of: message, by: key)
    }
}
