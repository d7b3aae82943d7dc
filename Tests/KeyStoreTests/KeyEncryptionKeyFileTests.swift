import Foundation
import Testing

@testable import KeyStore

@Suite("The file of the key-encryption key")
struct KeyEncryptionKeyFileTests {
    func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    func write(_ count: Int, to path: String, mode: Int) throws {
        #expect(FileManager.default.createFile(atPath: path, contents: Data(repeating: 5, count: count)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test("The first start makes file and directories for the owner alone, and the next one reads the same key")
    func firstStart() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/data/keys/key-encryption.key"
            let made = try KeyEncryptionKey(file: path, sealedKeysExist: false)
            let read = try KeyEncryptionKey(file: path, sealedKeysExist: true)
            #expect(try read.open(made.seal([1, 2, 3], label: "x"), label: "x") == [1, 2, 3])
            #expect(try mode(path) == 0o600)
            #expect(try mode(directory + "/data/keys") == 0o700)
            #expect(try mode(directory + "/data") == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory + "/data/keys")
            #expect(names == ["key-encryption.key"])
        }
    }

    @Test("Many that start at once use one key")
    func race() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/keys/kek"
            let keys = try await withThrowingTaskGroup(of: KeyEncryptionKey.self) { group in
                for _ in 0..<8 {
                    group.addTask { try KeyEncryptionKey(file: path, sealedKeysExist: false) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let sealed = keys[0].seal([42], label: "x")
            for key in keys { #expect(try key.open(sealed, label: "x") == [42]) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory + "/keys") == ["kek"])
        }
    }

    @Test("A file that group or others may use is refused", arguments: [0o640, 0o604, 0o620, 0o601, 0o644, 0o777])
    func accessible(mode: Int) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/kek"
            try write(32, to: path, mode: mode)
            #expect(throws: KeyEncryptionKeyFault.accessibleToOthers(path: path, mode: UInt32(mode))) {
                try KeyEncryptionKey(file: path, sealedKeysExist: false)
            }
        }
    }

    @Test("A file of another length is refused and left alone", arguments: [0, 31, 33, 44, 5000])
    func length(count: Int) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/kek"
            try write(count, to: path, mode: 0o600)
            #expect(throws: KeyEncryptionKeyFault.wrongLength(min(count, 4096), path: path)) {
                try KeyEncryptionKey(file: path, sealedKeysExist: false)
            }
            #expect(FileManager.default.contents(atPath: path)?.count == count)
        }
    }

    @Test("A read-only file is enough")
    func readOnly() async throws {
        try await withTemporaryDirectory { directory in
            try write(32, to: directory + "/kek", mode: 0o400)
            _ = try KeyEncryptionKey(file: directory + "/kek", sealedKeysExist: true)
        }
    }

    @Test("A missing file is refused, and not made, when sealed keys exist")
    func missing() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory + "/kek"
            #expect(throws: KeyEncryptionKeyFault.missingWhileSealedKeysExist(path: path)) {
                try KeyEncryptionKey(file: path, sealedKeysExist: true)
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("A directory in its place is refused")
    func directory() async throws {
        try await withTemporaryDirectory { directory in
            #expect(throws: KeyEncryptionKeyFault.notRegularFile(path: directory)) {
                try KeyEncryptionKey(file: directory, sealedKeysExist: false)
            }
        }
    }

    @Test("A key in base64 may have white space around it")
    func base64() throws {
        let text = Data(repeating: 5, count: 32).base64EncodedString()
        let key = try KeyEncryptionKey(base64: text)
        let padded = try KeyEncryptionKey(base64: " \(text)\n")
        #expect(try padded.open(key.seal([1], label: "x"), label: "x") == [1])
    }

    @Test("Other text is refused")
    func badBase64() {
        #expect(throws: KeyEncryptionKeyFault.notBase64) { try KeyEncryptionKey(base64: "not base64!") }
        #expect(throws: KeyEncryptionKeyFault.wrongLength(0, path: nil)) { try KeyEncryptionKey(base64: "") }
        #expect(throws: KeyEncryptionKeyFault.wrongLength(31, path: nil)) {
            try KeyEncryptionKey(base64: Data(repeating: 5, count: 31).base64EncodedString())
        }
    }

    @Test("Messages name the file and what to do")
    func messages() {
        let fault = KeyEncryptionKeyFault.accessibleToOthers(path: "/data/kek", mode: 0o644)
        #expect("\(fault)".contains("/data/kek") && "\(fault)".contains("mode 644"))
        #expect("\(fault)".contains("chmod 600"))
        #expect("\(KeyEncryptionKeyFault.missingWhileSealedKeysExist(path: "/k"))".contains("backup"))
    }
}
