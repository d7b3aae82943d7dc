import CPKCS11

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A PKCS #11 module: the library of a token's maker.
struct PKCS11Module {
    var functions: CK_FUNCTION_LIST

    init(functions: CK_FUNCTION_LIST) {
        self.functions = functions
    }

    /// Loads the library. It stays loaded: many modules do not survive being unloaded.
    init(path: String) throws(HardwareKeyFault) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw .moduleNotLoadable(path: path, reason: dlerror().map { String(cString: $0).printable } ?? "")
        }
        guard let symbol = dlsym(library, "C_GetFunctionList") else { throw .notAModule(path: path) }
        let functionList = unsafeBitCast(symbol, to: CK_C_GetFunctionList.self)
        var list: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        try Self.check("C_GetFunctionList", functionList(&list))
        guard let list else { throw .notAModule(path: path) }
        functions = list.pointee
    }

    /// A token in a slot.
    struct Token {
        let slot: CK_SLOT_ID
        let label: String
        let flags: CK_FLAGS
        fileprivate let serial: String
        fileprivate let manufacturer: String
        fileprivate let model: String
    }

    /// Whether the process has not used the module before, and must end its use.
    func begin() throws(HardwareKeyFault) -> Bool {
        let result = functions.C_Initialize?(nil)
        if result == CK_RV(CKR_CRYPTOKI_ALREADY_INITIALIZED) { return false }
        try Self.check("C_Initialize", result)
        return true
    }

    func end() { _ = functions.C_Finalize?(nil) }

    /// The only token that is as wanted.
    func token(_ wanted: PKCS11URI.Token) throws(HardwareKeyFault) -> Token {
        let present = try tokens()
        let matching = present.filter { $0.isWanted(wanted) }
        guard let token = matching.first else {
            throw .noSuchToken(wanted.name, present: present.map(\.label.printable))
        }
        guard matching.count == 1 else { throw .severalTokens(wanted.name) }
        return token
    }

    func requireHMAC(of token: Token) throws(HardwareKeyFault) {
        var info = CK_MECHANISM_INFO()
        let result = functions.C_GetMechanismInfo?(token.slot, CK_MECHANISM_TYPE(CKM_SHA256_HMAC), &info)
        if result == CK_RV(CKR_MECHANISM_INVALID) { throw .mechanismMissing(token: token.label.printable) }
        try Self.check("C_GetMechanismInfo", result)
        guard info.flags & CK_FLAGS(CKF_SIGN) != 0 else { throw .mechanismMissing(token: token.label.printable) }
    }

    private func tokens() throws(HardwareKeyFault) -> [Token] {
        var count: CK_ULONG = 0
        try Self.check("C_GetSlotList", functions.C_GetSlotList?(CK_BBOOL(CK_TRUE), nil, &count))
        var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
        try Self.check("C_GetSlotList", functions.C_GetSlotList?(CK_BBOOL(CK_TRUE), &slots, &count))
        var tokens: [Token] = []
        for slot in slots.prefix(Int(count)) {
            var info = CK_TOKEN_INFO()
            // A slot whose token cannot be asked may not be the one that is wanted.
            guard functions.C_GetTokenInfo?(slot, &info) == CK_RV(CKR_OK) else { continue }
            if info.flags & CK_FLAGS(CKF_TOKEN_INITIALIZED) != 0 { tokens.append(Token(slot: slot, info)) }
        }
        return tokens
    }

    /// - Parameter result: nil if the module lacks the function.
    static func check(_ function: StaticString, _ result: CK_RV?) throws(HardwareKeyFault) {
        guard result != CK_RV(CKR_OK) else { return }
        throw .failed(function: "\(function)", code: result ?? CK_RV(CKR_FUNCTION_NOT_SUPPORTED))
    }
}

extension PKCS11Module.Token {
    fileprivate init(slot: CK_SLOT_ID, _ info: CK_TOKEN_INFO) {
        self.slot = slot
        flags = info.flags
        label = Self.text(info.label)
        serial = Self.text(info.serialNumber)
        manufacturer = Self.text(info.manufacturerID)
        model = Self.text(info.model)
    }

    fileprivate func isWanted(_ wanted: PKCS11URI.Token) -> Bool {
        [(wanted.label, label), (wanted.serial, serial), (wanted.manufacturer, manufacturer), (wanted.model, model)]
            .allSatisfy { wanted, present in wanted.map { $0.utf8.elementsEqual(present.utf8) } ?? true }
    }

    /// A field of fixed length, padded with spaces, or against the standard with zeros.
    private static func text<Field>(_ field: Field) -> String {
        withUnsafeBytes(of: field) { bytes in
            let end = bytes.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? 0
            return String(decoding: bytes[..<end], as: UTF8.self)
        }
    }
}
