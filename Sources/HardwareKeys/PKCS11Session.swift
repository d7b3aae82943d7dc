import CPKCS11

/// What is done with a token between opening and closing.
struct PKCS11Session {
    private static let codeLength = 32
    private static let shortestKey = 32

    private let functions: CK_FUNCTION_LIST
    private let token: PKCS11Module.Token
    private let handle: CK_SESSION_HANDLE

    init(on token: PKCS11Module.Token, of module: PKCS11Module) throws(HardwareKeyFault) {
        functions = module.functions
        self.token = token
        var handle = CK_SESSION_HANDLE()
        try PKCS11Module.check(
            "C_OpenSession", functions.C_OpenSession?(token.slot, CK_FLAGS(CKF_SERIAL_SESSION), nil, nil, &handle))
        self.handle = handle
    }

    /// Closing the last session of a token logs out too (PKCS #11 2.40 §5.6).
    func close() { _ = functions.C_CloseSession?(handle) }

    /// Tries a PIN once, and not at all if the token would lock itself if it is wrong.
    func logIn(_ pin: PIN?, from file: String?) throws(HardwareKeyFault) {
        guard let pin, let file else {
            if token.flags & CK_FLAGS(CKF_LOGIN_REQUIRED) == 0 { return }
            throw .pinMissing(token: token.label.printable)
        }
        if token.flags & CK_FLAGS(CKF_USER_PIN_LOCKED) != 0 { throw .pinLocked(token: token.label.printable) }
        if token.flags & CK_FLAGS(CKF_USER_PIN_FINAL_TRY) != 0 { throw .lastTry(token: token.label.printable) }
        var bytes = pin.bytes
        let result = functions.C_Login?(handle, CK_USER_TYPE(CKU_USER), &bytes, CK_ULONG(bytes.count))
        switch result {
        case CK_RV(CKR_USER_ALREADY_LOGGED_IN): return
        case CK_RV(CKR_PIN_INCORRECT), CK_RV(CKR_PIN_LEN_RANGE), CK_RV(CKR_PIN_INVALID):
            throw .pinIncorrect(path: file, token: token.label.printable)
        case CK_RV(CKR_PIN_LOCKED): throw .pinLocked(token: token.label.printable)
        default: try PKCS11Module.check("C_Login", result)
        }
    }

    /// The only secret key that is as wanted, if it may be used for this.
    func signingKey(_ wanted: PKCS11URI.Key) throws(HardwareKeyFault) -> CK_OBJECT_HANDLE {
        let found = try secretKeys(wanted)
        guard let key = found.first else { throw .noSuchKey(wanted.name, token: token.label.printable) }
        guard found.count == 1 else { throw .severalKeys(wanted.name, token: token.label.printable) }
        // Tokens need not tell what they are not asked for in a session of this kind; then the signature decides.
        if let length = number(CKA_VALUE_LEN, of: key), length < Self.shortestKey {
            throw .keyTooShort(wanted.name, bytes: length)
        }
        if truth(CKA_SENSITIVE, of: key) == false, truth(CKA_EXTRACTABLE, of: key) == true {
            throw .keyReadable(wanted.name)
        }
        if truth(CKA_SIGN, of: key) == false { throw .keyMayNotSign(wanted.name) }
        return key
    }

    func authenticationCode(of message: [UInt8], by key: CK_OBJECT_HANDLE) throws(HardwareKeyFault) -> [UInt8] {
        var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(CKM_SHA256_HMAC), pParameter: nil, ulParameterLen: 0)
        let begun = functions.C_SignInit?(handle, &mechanism, key)
        switch begun {
        case CK_RV(CKR_KEY_FUNCTION_NOT_PERMITTED): throw .keyMayNotSign(nil)
        case CK_RV(CKR_KEY_TYPE_INCONSISTENT): throw .keyOfOtherType
        case CK_RV(CKR_MECHANISM_INVALID): throw .mechanismMissing(token: token.label.printable)
        default: try PKCS11Module.check("C_SignInit", begun)
        }
        var message = message
        var code = [UInt8](repeating: 0, count: 2 * Self.codeLength)
        var length = CK_ULONG(code.count)
        try PKCS11Module.check(
            "C_Sign", functions.C_Sign?(handle, &message, CK_ULONG(message.count), &code, &length))
        guard length == Self.codeLength else { throw .failed(function: "C_Sign", code: CK_RV(CKR_DEVICE_ERROR)) }
        return Array(code[..<Self.codeLength])
    }

    /// At most two: more than one is too many already.
    private func secretKeys(_ wanted: PKCS11URI.Key) throws(HardwareKeyFault) -> [CK_OBJECT_HANDLE] {
        var keyClass = CK_OBJECT_CLASS(CKO_SECRET_KEY)
        let attributes: [(CK_ATTRIBUTE_TYPE, [UInt8])] =
            [(CK_ATTRIBUTE_TYPE(CKA_CLASS), withUnsafeBytes(of: &keyClass, Array.init))]
            + (wanted.label.map { [(CK_ATTRIBUTE_TYPE(CKA_LABEL), Array($0.utf8))] } ?? [])
            + (wanted.id.map { [(CK_ATTRIBUTE_TYPE(CKA_ID), $0)] } ?? [])
        let begun = withTemplate(attributes) { template, count in
            functions.C_FindObjectsInit?(handle, template, count)
        }
        try PKCS11Module.check("C_FindObjectsInit", begun)
        defer { _ = functions.C_FindObjectsFinal?(handle) }
        var found = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
        var count: CK_ULONG = 0
        try PKCS11Module.check("C_FindObjects", functions.C_FindObjects?(handle, &found, 2, &count))
        return Array(found[..<min(Int(count), 2)])
    }

    /// Nil if the token does not say.
    private func truth(_ attribute: UInt, of key: CK_OBJECT_HANDLE) -> Bool? {
        var value = CK_BBOOL(0)
        return read(attribute, of: key, into: &value) ? value != 0 : nil
    }

    /// Nil if the token does not say.
    private func number(_ attribute: UInt, of key: CK_OBJECT_HANDLE) -> Int? {
        var value: CK_ULONG = 0
        return read(attribute, of: key, into: &value) ? Int(clamping: value) : nil
    }

    private func read<Value>(_ attribute: UInt, of key: CK_OBJECT_HANDLE, into value: inout Value) -> Bool {
        let size = CK_ULONG(MemoryLayout<Value>.size)
        return withUnsafeMutableBytes(of: &value) { bytes in
            var asked = CK_ATTRIBUTE(
                type: CK_ATTRIBUTE_TYPE(attribute), pValue: bytes.baseAddress, ulValueLen: size)
            return functions.C_GetAttributeValue?(handle, key, &asked, 1) == CK_RV(CKR_OK) && asked.ulValueLen == size
        }
    }
}

/// A template of attributes, for as long as `body` runs.
func withTemplate<Result>(
    _ attributes: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])],
    _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> Result
) -> Result {
    var values = attributes.flatMap(\.value)
    return values.withUnsafeMutableBytes { bytes in
        var start = 0
        var template = attributes.map { attribute in
            defer { start += attribute.value.count }
            return CK_ATTRIBUTE(
                type: attribute.type, pValue: bytes.baseAddress?.advanced(by: start),
                ulValueLen: CK_ULONG(attribute.value.count))
        }
        return body(&template, CK_ULONG(template.count))
    }
}
