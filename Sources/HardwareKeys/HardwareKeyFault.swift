import CPKCS11

/// Why a token's key cannot be used. Names are the operator's own; no case has a PIN or a key.
package enum HardwareKeyFault: Error, Equatable {
    case pinUnreadable(path: String)
    case pinMalformed(path: String)
    case moduleNotLoadable(path: String, reason: String)
    case notAModule(path: String)
    case noSuchToken(String, present: [String])
    case severalTokens(String)
    case mechanismMissing(token: String)
    /// The token wants a PIN and none is named.
    case pinMissing(token: String)
    case pinIncorrect(path: String, token: String)
    case pinLocked(token: String)
    /// A wrong PIN would lock the token now, so none was tried.
    case lastTry(token: String)
    case noSuchKey(String, token: String)
    case severalKeys(String, token: String)
    case keyTooShort(String, bytes: Int)
    /// The token gives the key away in plain to whoever is logged in.
    case keyReadable(String)
    /// The name is nil if the token said so only when it was to sign.
    case keyMayNotSign(String?)
    case keyOfOtherType
    /// Any other answer of the module.
    case failed(function: String, code: UInt)

    /// Starting again would cost another try of the PIN, or change nothing.
    package var concernsPIN: Bool {
        switch self {
        case .pinIncorrect, .pinLocked, .lastTry: true
        default: false
        }
    }
}

extension HardwareKeyFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .pinUnreadable(let path): "the PIN's file \(path) cannot be read; check pin-source, and who may read it"
        case .pinMalformed(let path): "the PIN's file \(path) must have the PIN on its first line, and nothing else"
        case .moduleNotLoadable(let path, let reason):
            "the PKCS#11 module \(path) cannot be loaded (\(reason)); check module-path, or install the module"
        case .notAModule(let path): "\(path) is no PKCS#11 module; module-path must be the library of the token's maker"
        case .noSuchToken(let name, let present):
            "there is no token with \(name); "
                + (present.isEmpty
                    ? "the module has none: check that it is connected, and the module's own configuration"
                    : "the module has \(present.map { "\"\($0)\"" }.joined(separator: ", "))")
        case .severalTokens(let name): "several tokens have \(name); add serial=NUMBER to the URI"
        case .mechanismMissing(let token):
            "the token \"\(token)\" cannot make HMAC-SHA-256 (CKM_SHA256_HMAC); use another token or newer firmware"
        case .pinMissing(let token): "the token \"\(token)\" wants a PIN; add pin-source=file:/path to the URI"
        case .pinIncorrect(let path, let token):
            "the token \"\(token)\" refused the PIN in \(path). Correct it before you start again: tokens lock "
                + "themselves after some wrong ones"
        case .pinLocked(let token):
            "the token \"\(token)\" is locked after too many wrong PINs; its security officer must set a new one"
        case .lastTry(let token):
            "the token \"\(token)\" would lock itself after one more wrong PIN, so none was tried; log in once with "
                + "the right one (pkcs11-tool --login), then start again"
        case .noSuchKey(let name, let token):
            "the token \"\(token)\" has no secret key with \(name); make it, or correct object or id in the URI"
        case .severalKeys(let name, let token):
            "the token \"\(token)\" has several secret keys with \(name); name one by id=%01, or rename the others"
        case .keyTooShort(let name, let bytes):
            "the key with \(name) has \(bytes) bytes; make one of at least 32 (GENERIC:32)"
        case .keyReadable(let name):
            "the key with \(name) can be read out of its token; make one that is sensitive and not extractable"
        case .keyMayNotSign(let name):
            "the key\(name.map { " with \($0)" } ?? "") may not sign (CKA_SIGN); make one that may (--usage-sign)"
        case .keyOfOtherType: "the key is of a type that cannot make HMACs; make a generic secret (GENERIC:32)"
        case .failed(let function, let code): "the PKCS#11 module's \(function) failed with \(Self.name(of: code))"
        }
    }

    /// As makers' manuals have it.
    private static func name(of code: UInt) -> String {
        let names: [(UInt, String)] = [
            (UInt(CKR_HOST_MEMORY), "CKR_HOST_MEMORY"), (UInt(CKR_GENERAL_ERROR), "CKR_GENERAL_ERROR"),
            (UInt(CKR_FUNCTION_FAILED), "CKR_FUNCTION_FAILED"), (UInt(CKR_DEVICE_ERROR), "CKR_DEVICE_ERROR"),
            (UInt(CKR_DEVICE_REMOVED), "CKR_DEVICE_REMOVED"),
            (UInt(CKR_FUNCTION_NOT_SUPPORTED), "CKR_FUNCTION_NOT_SUPPORTED"),
            (UInt(CKR_SESSION_COUNT), "CKR_SESSION_COUNT"), (UInt(CKR_TOKEN_NOT_PRESENT), "CKR_TOKEN_NOT_PRESENT"),
            (UInt(CKR_USER_NOT_LOGGED_IN), "CKR_USER_NOT_LOGGED_IN"),
            (UInt(CKR_USER_PIN_NOT_INITIALIZED), "CKR_USER_PIN_NOT_INITIALIZED"),
            (UInt(CKR_PIN_EXPIRED), "CKR_PIN_EXPIRED"), (UInt(CKR_KEY_SIZE_RANGE), "CKR_KEY_SIZE_RANGE"),
        ]
        let number = "0x" + String(code, radix: 16)
        return names.first { $0.0 == code }.map { "\($0.1) (\(number))" } ?? number
    }
}
