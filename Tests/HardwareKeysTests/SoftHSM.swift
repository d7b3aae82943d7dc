import CPKCS11
import Foundation
import Synchronization

@testable import HardwareKeys

/// Tokens in software, in a folder of this process's own.
enum SoftHSM {
    static let pin = "9031-user"
    static let modulePath =
        ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"]
        .first(where: FileManager.default.fileExists) ?? ""
    /// Says so if not, since nothing is then checked with a token.
    static let isInstalled: Bool = {
        if modulePath.isEmpty { print("TESTS OF HARDWARE KEYS SKIPPED: there is no SoftHSM; install softhsm2.") }
        return !modulePath.isEmpty
    }()

    /// What `softhsm2.conf` names; removed when the process ends.
    private static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-softhsm-\(getpid())")
        let tokens = folder.appending(path: "tokens")
        let configuration = folder.appending(path: "softhsm2.conf")
        try? FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
        try? Data("directories.tokendir = \(tokens.path)\nlog.level = ERROR\n".utf8).write(to: configuration)
        setenv("SOFTHSM2_CONF", configuration.path, 1)
        atexit { _ = try? FileManager.default.removeItem(at: SoftHSM.folder) }
        return folder
    }()

    static let pinFile: String = file("pin", Data((pin + "\n").utf8))

    @discardableResult
    static func file(_ name: String, _ content: Data) -> String {
        let file = folder.appending(path: name)
        try? content.write(to: file)
        return file.path
    }

    static func module() throws -> PKCS11Module {
        _ = folder
        return try PKCS11Module(path: modulePath)
    }

    /// The URI of a key, with what a test has otherwise.
    static func uri(
        token: String, key: String = "object=kek", module: String = modulePath, pinFile: String? = SoftHSM.pinFile
    ) throws -> PKCS11URI {
        let source = pinFile.map { "&pin-source=file:\($0)" } ?? ""
        return try PKCS11URI("pkcs11:\(token);\(key)?module-path=\(module)\(source)")
    }

    /// A secret key to make.
    struct NewKey {
        var label = "kek"
        var id: [UInt8] = [1]
        var value = [UInt8](repeating: 5, count: 32)
        var type = CK_KEY_TYPE(CKK_GENERIC_SECRET)
        var maySign = true
        var isSensitive = true
        var isExtractable = false

        var attributes: [(type: CK_ATTRIBUTE_TYPE, value: [UInt8])] {
            [
                (CK_ATTRIBUTE_TYPE(CKA_CLASS), bytes(CK_OBJECT_CLASS(CKO_SECRET_KEY))),
                (CK_ATTRIBUTE_TYPE(CKA_KEY_TYPE), bytes(type)), (CK_ATTRIBUTE_TYPE(CKA_TOKEN), [1]),
                (CK_ATTRIBUTE_TYPE(CKA_PRIVATE), [1]), (CK_ATTRIBUTE_TYPE(CKA_SENSITIVE), [isSensitive ? 1 : 0]),
                (CK_ATTRIBUTE_TYPE(CKA_EXTRACTABLE), [isExtractable ? 1 : 0]),
                (CK_ATTRIBUTE_TYPE(CKA_SIGN), [maySign ? 1 : 0]), (CK_ATTRIBUTE_TYPE(CKA_LABEL), Array(label.utf8)),
                (CK_ATTRIBUTE_TYPE(CKA_ID), id), (CK_ATTRIBUTE_TYPE(CKA_VALUE), value),
            ]
        }

        private func bytes(_ value: CK_ULONG) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }
    }

    /// Makes a token with these keys.
    static func makeToken(_ label: String, _ keys: [NewKey]) throws {
        try TokenKey.turn.withLock { _ in
            let functions = try module().functions
            try check(functions.C_Initialize(nil))
            defer { _ = functions.C_Finalize(nil) }
            let slot = try lastSlot(functions)
            var (securityOfficer, user) = (Array("4711-officer".utf8), Array(pin.utf8))
            var padded = Array(label.utf8) + [UInt8](repeating: 0x20, count: 32 - label.utf8.count)
            try check(functions.C_InitToken(slot, &securityOfficer, CK_ULONG(securityOfficer.count), &padded))
            var session = CK_SESSION_HANDLE()
            try check(functions.C_OpenSession(slot, CK_FLAGS(CKF_SERIAL_SESSION | CKF_RW_SESSION), nil, nil, &session))
            try check(
                functions.C_Login(
                    session, CK_USER_TYPE(CKU_SO), &securityOfficer, CK_ULONG(securityOfficer.count)))
            try check(functions.C_InitPIN(session, &user, CK_ULONG(user.count)))
            try check(functions.C_Logout(session))
            try check(functions.C_Login(session, CK_USER_TYPE(CKU_USER), &user, CK_ULONG(user.count)))
            for key in keys {
                var handle = CK_OBJECT_HANDLE()
                try check(withTemplate(key.attributes) { functions.C_CreateObject(session, $0, $1, &handle) })
            }
        }
    }

    /// SoftHSM's last slot has a token that is not initialized.
    private static func lastSlot(_ functions: CK_FUNCTION_LIST) throws -> CK_SLOT_ID {
        var slots = [CK_SLOT_ID](repeating: 0, count: 256)
        var count = CK_ULONG(slots.count)
        try check(functions.C_GetSlotList(CK_BBOOL(CK_TRUE), &slots, &count))
        return slots[Int(count) - 1]
    }

    private static func check(_ result: CK_RV) throws {
        try PKCS11Module.check("a call of the test's", result)
    }
}
