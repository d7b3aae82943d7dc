import CPKCS11
import Crypto
import Foundation
import Synchronization
import Testing

@testable import HardwareKeys

@Suite("Keys in tokens", .serialized, .enabled(if: SoftHSM.isInstalled, "there is no SoftHSM: apt install softhsm2"))
struct TokenKeyTests {
    static let message = Array("message".utf8)

    /// A label that no other test has.
    static func token(_ keys: SoftHSM.NewKey...) throws -> String {
        let label = "t \(UUID().uuidString.prefix(8))"
        try SoftHSM.makeToken(label, keys)
        return label
    }

    static func named(_ label: String) -> String { "token=" + label.replacing(" ", with: "%20") }

    /// Nothing of the module is in use.
    static func isEnded() throws -> Bool {
        try TokenKey.turn.withLock { _ in
            let functions = try SoftHSM.module().functions
            defer { _ = functions.C_Finalize(nil) }
            return functions.C_Initialize(nil) == CK_RV(CKR_OK)
        }
    }

    func expect(_ fault: HardwareKeyFault, of uri: PKCS11URI, _ location: SourceLocation = #_sourceLocation) throws {
        #expect(throws: fault, sourceLocation: location) {
            try TokenKey(uri).authenticationCode(of: Self.message)
        }
        #expect(!fault.description.contains("\n") && !fault.description.contains(SoftHSM.pin))
        #expect(try Self.isEnded())
    }

    @Test("The token makes the same HMAC-SHA-256 as anybody with the key, each time", arguments: [32, 33, 64, 200])
    func sameCode(length: Int) throws {
        let value = (0..<length).map(UInt8.init)
        let label = try Self.token(.init(value: value))
        let expected = Array(HMAC<SHA256>.authenticationCode(for: Self.message, using: SymmetricKey(data: value)))
        let uri = try SoftHSM.uri(token: Self.named(label))
        #expect(try TokenKey(uri).authenticationCode(of: Self.message) == expected)
        #expect(try TokenKey(uri).authenticationCode(of: Self.message) == expected)
        #expect(try Self.isEnded())
    }

    @Test("Another key gives another code; keys are told apart by label and id")
    func otherKey() throws {
        let label = try Self.token(
            .init(id: [1]), .init(id: [2], value: [UInt8](repeating: 6, count: 32)),
            .init(label: "other", id: [3], value: [UInt8](repeating: 7, count: 32)))
        let codes = try ["id=%01", "object=kek;id=%02", "object=other"].map { key in
            try TokenKey(SoftHSM.uri(token: Self.named(label), key: key)).authenticationCode(of: Self.message)
        }
        #expect(Set(codes).count == 3)
        let uri = try SoftHSM.uri(token: Self.named(label))
        try expect(.severalKeys("label \"kek\"", token: label), of: uri)
        try expect(
            .noSuchKey("label \"other\" and id 02", token: label),
            of: SoftHSM.uri(token: Self.named(label), key: "object=other;id=%02"))
    }

    @Test("Many at once wait for each other")
    func atOnce() async throws {
        let uri = try SoftHSM.uri(token: Self.named(try Self.token(.init())))
        let codes = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try TokenKey(uri).authenticationCode(of: Self.message) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(codes.count == 1)
    }

    @Test("A module that this process uses already is neither begun nor ended")
    func inUse() throws {
        let uri = try SoftHSM.uri(token: Self.named(try Self.token(.init())))
        try TokenKey.turn.withLock { _ in
            let module = try SoftHSM.module()
            #expect(try module.begin())
            defer { module.end() }
            let pin = try PIN(file: SoftHSM.pinFile)
            _ = try module.authenticationCode(of: Self.message, by: uri, pin)
            _ = try module.authenticationCode(of: Self.message, by: uri, pin)
            #expect(try !module.begin())
        }
    }

    @Test("A module that is missing, no library, or no module")
    func modules() throws {
        let missing = "/nowhere/module.so"
        let fault = #expect(throws: HardwareKeyFault.self) {
            try TokenKey(SoftHSM.uri(token: "token=t", module: missing)).authenticationCode(of: Self.message)
        }
        guard case .moduleNotLoadable(missing, let reason)? = fault else { throw fault ?? .keyOfOtherType }
        #expect(reason.contains("No such file"))
        let text = SoftHSM.file("text.so", Data("text".utf8))
        #expect(throws: HardwareKeyFault.self) { try PKCS11Module(path: text) }
        #expect(throws: HardwareKeyFault.notAModule(path: "libc.so.6")) { try PKCS11Module(path: "libc.so.6") }
    }

    @Test("A token that is not there, and two that are")
    func tokens() throws {
        let label = try Self.token(.init())
        let fault = #expect(throws: HardwareKeyFault.self) {
            try TokenKey(SoftHSM.uri(token: "token=nobody;model=x")).authenticationCode(of: Self.message)
        }
        guard case .noSuchToken("label \"nobody\" and model \"x\"", let present)? = fault else {
            throw fault ?? .keyOfOtherType
        }
        #expect(present.contains(label))
        try SoftHSM.makeToken(label, [])
        try expect(.severalTokens("label \"\(label)\""), of: SoftHSM.uri(token: Self.named(label)))
        let model = Self.named(label) + ";model=other"
        #expect(throws: HardwareKeyFault.self) {
            try TokenKey(SoftHSM.uri(token: model)).authenticationCode(of: Self.message)
        }
    }

    @Test("A key that is not there, too short, open to all, not for this, or of another type")
    func keys() throws {
        let label = try Self.token(
            .init(label: "short", value: [UInt8](repeating: 1, count: 31)),
            .init(label: "open", isSensitive: false, isExtractable: true), .init(label: "silent", maySign: false),
            .init(label: "aes", type: CK_KEY_TYPE(CKK_AES)))
        func uri(_ key: String) throws -> PKCS11URI {
            try SoftHSM.uri(token: Self.named(label), key: "object=" + key)
        }
        try expect(.noSuchKey("label \"none\"", token: label), of: uri("none"))
        try expect(.keyTooShort("label \"short\"", bytes: 31), of: uri("short"))
        try expect(.keyReadable("label \"open\""), of: uri("open"))
        try expect(.keyMayNotSign("label \"silent\""), of: uri("silent"))
        try expect(.keyOfOtherType, of: uri("aes"))
    }

    @Test("A PIN that is wrong, missing, unreadable or no line")
    func pins() throws {
        let label = try Self.token(.init())
        func uri(_ pinFile: String?) throws -> PKCS11URI {
            try SoftHSM.uri(token: Self.named(label), pinFile: pinFile)
        }
        let wrong = SoftHSM.file("wrong", Data("0000-wrong".utf8))
        try expect(.pinIncorrect(path: wrong, token: label), of: uri(wrong))
        try expect(.pinMissing(token: label), of: uri(nil))
        try expect(.pinUnreadable(path: "/nowhere/pin"), of: uri("/nowhere/pin"))
        for content in ["", "\n", "a\nb\n", "a\0", String(repeating: "1", count: 256)] {
            let file = SoftHSM.file("malformed", Data(content.utf8))
            try expect(.pinMalformed(path: file), of: uri(file))
        }
        // The wrong one has not locked the token, and line ends of any system may follow the right one.
        let right = SoftHSM.file("right", Data((SoftHSM.pin + "\r\n").utf8))
        _ = try TokenKey(uri(right)).authenticationCode(of: Self.message)
    }

    @Test("No description shows a PIN")
    func redacted() throws {
        let pin = try PIN(file: SoftHSM.pinFile)
        var dumped = ""
        dump(pin, to: &dumped)
        #expect(!dumped.contains("57") && !"\(pin)".contains(SoftHSM.pin))
    }
}

/// What SoftHSM does not do: its functions, with one that answers otherwise.
@Suite(
    "Tokens that refuse", .serialized, .enabled(if: SoftHSM.isInstalled, "there is no SoftHSM: apt install softhsm2"))
struct RefusingTokenTests {
    private static let logins = Atomic(0)

    func expect(
        _ fault: HardwareKeyFault, _ location: SourceLocation = #_sourceLocation,
        _ change: (inout CK_FUNCTION_LIST) -> Void
    ) throws {
        let label = try TokenKeyTests.token(.init())
        let uri = try SoftHSM.uri(token: TokenKeyTests.named(label))
        let thrown = try TokenKey.turn.withLock { _ in
            var module = try SoftHSM.module()
            change(&module.functions)
            return #expect(throws: HardwareKeyFault.self, sourceLocation: location) {
                try module.authenticationCode(of: [1], by: uri, PIN(file: SoftHSM.pinFile))
            }
        }
        // The token's label is made up, and part of some.
        #expect(thrown?.description == fault.description.replacing("LABEL", with: label), sourceLocation: location)
        #expect(try TokenKeyTests.isEnded(), sourceLocation: location)
    }

    @Test("A refused PIN is tried once")
    func onlyOnce() throws {
        try expect(.pinIncorrect(path: SoftHSM.pinFile, token: "LABEL")) { functions in
            functions.C_Login = { _, _, _, _ in
                RefusingTokenTests.logins.add(1, ordering: .relaxed)
                return CK_RV(CKR_PIN_INCORRECT)
            }
        }
        #expect(Self.logins.load(ordering: .relaxed) == 1)
    }

    @Test("The last try is left to people, and a locked token is said to be one")
    func lastTry() throws {
        try expect(.lastTry(token: "LABEL")) { functions in
            functions.C_GetTokenInfo = { RefusingTokenTests.info($0, $1, CK_FLAGS(CKF_USER_PIN_FINAL_TRY)) }
            functions.C_Login = { _, _, _, _ in fatalError("the PIN is not tried") }
        }
        try expect(.pinLocked(token: "LABEL")) { functions in
            functions.C_GetTokenInfo = { RefusingTokenTests.info($0, $1, CK_FLAGS(CKF_USER_PIN_LOCKED)) }
            functions.C_Login = { _, _, _, _ in fatalError("the PIN is not tried") }
        }
        try expect(.pinLocked(token: "LABEL")) { $0.C_Login = { _, _, _, _ in CK_RV(CKR_PIN_LOCKED) } }
    }

    @Test("A token without the mechanism")
    func mechanism() throws {
        try expect(.mechanismMissing(token: "LABEL")) { functions in
            functions.C_GetMechanismInfo = { _, _, _ in CK_RV(CKR_MECHANISM_INVALID) }
        }
        try expect(.mechanismMissing(token: "LABEL")) { functions in
            functions.C_GetMechanismInfo = { _, _, info in
                info?.pointee.flags = CK_FLAGS(CKF_VERIFY)
                return CK_RV(CKR_OK)
            }
        }
        try expect(.mechanismMissing(token: "LABEL")) { functions in
            functions.C_SignInit = { _, _, _ in CK_RV(CKR_MECHANISM_INVALID) }
        }
    }

    @Test("Whatever else fails is named as makers' manuals name it, and a function may be missing")
    func others() throws {
        try expect(.failed(function: "C_Sign", code: UInt(CKR_DEVICE_ERROR))) { functions in
            functions.C_Sign = { _, _, _, _, _ in CK_RV(CKR_DEVICE_ERROR) }
        }
        try expect(.failed(function: "C_Sign", code: UInt(CKR_DEVICE_ERROR))) { functions in
            functions.C_Sign = { _, _, _, _, length in
                length?.pointee = 20
                return CK_RV(CKR_OK)
            }
        }
        try expect(.failed(function: "C_OpenSession", code: 0x8000_0001)) { functions in
            functions.C_OpenSession = { _, _, _, _, _ in 0x8000_0001 }
        }
        try expect(.failed(function: "C_FindObjectsInit", code: UInt(CKR_FUNCTION_NOT_SUPPORTED))) { functions in
            functions.C_FindObjectsInit = nil
        }
        #expect(HardwareKeyFault.failed(function: "C_Sign", code: 0x30).description.contains("CKR_DEVICE_ERROR (0x30)"))
        #expect(HardwareKeyFault.failed(function: "C_Sign", code: 0x8000_0001).description.contains("0x80000001"))
    }

    @Test("A token that says nothing about its keys decides by itself")
    func silent() throws {
        try expect(.keyMayNotSign(nil)) { functions in
            functions.C_GetAttributeValue = { _, _, _, _ in CK_RV(CKR_ATTRIBUTE_TYPE_INVALID) }
            functions.C_SignInit = { _, _, _ in CK_RV(CKR_KEY_FUNCTION_NOT_PERMITTED) }
        }
    }

    private static let real = try? SoftHSM.module().functions

    private static func info(
        _ slot: CK_SLOT_ID, _ info: UnsafeMutablePointer<CK_TOKEN_INFO>?, _ flag: CK_FLAGS
    ) -> CK_RV {
        let result = real?.C_GetTokenInfo(slot, info) ?? CK_RV(CKR_GENERAL_ERROR)
        info?.pointee.flags |= flag
        return result
    }
}
