import Foundation
import Testing

@testable import vouchsafe

/// The environment, as it is read at start.
@Suite struct SettingsTests {
    @Test("Without an environment everything has a default")
    func defaults() throws {
        let settings = try Settings.fromEnvironment([:])
        #expect(settings.port == 8080)
        #expect(settings.managementPort == 8081)
        #expect(settings.stopDelay == .zero)
        #expect(settings.stopLimit == .seconds(25))
        #expect(settings.listenHost == nil)
        #expect(settings.notifySocket == nil)
        #expect(try settings.givenKeyEncryptionKey() == nil)
    }

    @Test("What is set is taken")
    func reads() throws {
        let settings = try Settings.fromEnvironment([
            "STOP_DELAY": "5", "STOP_LIMIT": "0", "LISTEN_HOST": "0.0.0.0", "NOTIFY_SOCKET": "@here",
        ])
        #expect(settings.stopDelay == .seconds(5))
        #expect(settings.stopLimit == .zero)
        #expect(settings.listenHost == "0.0.0.0")
        #expect(settings.notifySocket == "@here")
    }

    @Test(
        "What cannot be meant is refused with the name of the variable",
        arguments: [
            ("STOP_DELAY", "-1", "STOP_DELAY must be a whole number of seconds from 0 to 3600"),
            ("STOP_DELAY", "", "STOP_DELAY must be a whole number of seconds from 0 to 3600"),
            ("STOP_LIMIT", "25s", "STOP_LIMIT must be a whole number of seconds from 0 to 3600"),
            ("STOP_LIMIT", "3601", "STOP_LIMIT must be a whole number of seconds from 0 to 3600"),
            ("LISTEN_HOST", "", "LISTEN_HOST must be an address to listen on, as 0.0.0.0"),
            ("PORT", "0", "PORT must be a port number from 1 to 65535"),
        ])
    func refuses(_ name: String, _ value: String, _ message: String) {
        let failure = #expect(throws: CommandFailure.self) { try Settings.fromEnvironment([name: value]) }
        #expect(failure?.description == message)
    }

    @Test("The key-encryption key is given as text, or in a file as text or as it is")
    func keyFile() throws {
        let key = Data(repeating: 9, count: 32)
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)")
        defer { _ = try? FileManager.default.removeItem(at: file) }
        let settings = try Settings.fromEnvironment(["VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE": file.path])
        let failure = #expect(throws: CommandFailure.self) { try settings.givenKeyEncryptionKey() }
        #expect(failure?.description == "VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE: \(file.path) cannot be read")
        try key.write(to: file)
        #expect(try settings.givenKeyEncryptionKey() == key.base64EncodedString())
        try Data((key.base64EncodedString() + "\n").utf8).write(to: file)
        #expect(try settings.givenKeyEncryptionKey() == key.base64EncodedString() + "\n")
        #expect(throws: CommandFailure.self) {
            try Settings.fromEnvironment([
                "VOUCHSAFE_KEY_ENCRYPTION_KEY": key.base64EncodedString(),
                "VOUCHSAFE_KEY_ENCRYPTION_KEY_FILE": file.path,
            ])
        }
    }

    @Test("A key in a token is named by a URI, which stands in the variable itself and is read when it is needed")
    func tokenKey() throws {
        let name = "VOUCHSAFE_KEY_ENCRYPTION_KEY"
        let pinInside = try Settings.fromEnvironment([name: "pkcs11:token=t;object=k?module-path=/m.so&pin-value=1234"])
        let failure = #expect(throws: CommandFailure.self) { try pinInside.namedKeyEncryptionKey() }
        #expect(failure?.description.hasPrefix("\(name): a PIN does not belong into a URI") == true)
        #expect(failure?.description.contains("1234") == false)
        let missing = try Settings.fromEnvironment([name: "pkcs11:token=t;object=k?module-path=/nowhere/m.so"])
        let unloaded = #expect(throws: CommandFailure.self) { try missing.namedKeyEncryptionKey() }
        #expect(unloaded?.description.hasPrefix("\(name): the PKCS#11 module /nowhere/m.so cannot be loaded") == true)
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)")
        defer { _ = try? FileManager.default.removeItem(at: file) }
        try Data("pkcs11:token=t;object=k?module-path=/m.so".utf8).write(to: file)
        let inFile = try Settings.fromEnvironment([name + "_FILE": file.path])
        let misplaced = #expect(throws: CommandFailure.self) { try inFile.namedKeyEncryptionKey() }
        #expect(misplaced?.description == "\(name)_FILE: the file must have a key; a pkcs11: URI goes into \(name)")
    }
}
