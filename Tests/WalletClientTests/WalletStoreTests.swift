import Foundation
import JOSE
import Testing
import WireFormats

@testable import WalletClient

@Suite("The wallet's folder")
struct WalletStoreTests {
    /// A folder that is gone after the test.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/wallet-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func received() async throws -> [ReceivedCredential] {
        let wallet = issuance(FakeIssuer())
        return try await wallet.accept(wallet.open(FakeIssuer.link), txCode: nil).received
    }

    private func permissions(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("What is stored comes back whole, to another process too")
    func roundTrip() async throws {
        try await withFolder { path in
            let store = try WalletStore(at: path, protection: .keyFile)
            #expect(try store.list().credentials.isEmpty)
            for credential in try await received() { _ = try store.add(credential, at: FakeIssuer.now) }
            let again = try WalletStore(at: path, protection: .keyFile)
            let (credentials, damaged) = try again.list()
            #expect(damaged.isEmpty)
            #expect(credentials.count == 2)
            let card = try #require(credentials.first { $0.configurationID == "sd" })
            #expect(card.name == "Student card")
            #expect(card.issuer == FakeIssuer.url)
            #expect(card.issuerName == "Example University")
            #expect(card.types == [FakeIssuer.vct])
            #expect(card.claims == ["university": "Example", "given_name": "Ana"])
            #expect(card.storedAt == FakeIssuer.now)
            #expect(card.expiresAt == FakeIssuer.now + 86400)
            #expect(card.labels.map(\.text) == ["First name", "university"])
            #expect(card.credential.contains("~"))
            #expect(card.key != nil)
            try again.delete(card.id)
            #expect(throws: WalletStoreRefusal.unknownCredential(id: card.id)) { try store.credential(card.id) }
            #expect(throws: WalletStoreRefusal.unknownCredential(id: card.id)) { try store.delete(card.id) }
            #expect(try store.list().credentials.count == 1)
        }
    }

    @Test("Only the owner can read, and nothing personal is in the clear")
    func sealed() async throws {
        try await withFolder { path in
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            let store = try WalletStore(at: path, protection: .keyFile)
            let credentials = try await received()
            for credential in credentials { _ = try store.add(credential, at: FakeIssuer.now) }
            #expect(try permissions(path) == 0o700)
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(names.count == 4)
            let secret = try #require(credentials[0].key?.rawRepresentation)
            for name in names {
                #expect(try permissions(path + "/" + name) == 0o600)
                let contents = try #require(FileManager.default.contents(atPath: path + "/" + name))
                for text in ["Ana", "issuer.example", "eyJ", Base64URL.encode(secret)] {
                    #expect(contents.range(of: Data(text.utf8)) == nil)
                }
                #expect(contents.range(of: Data(secret)) == nil)
            }
        }
    }

    @Test("A passphrase opens the wallet it was made with, and nothing else does")
    func passphrase() async throws {
        let cost = WalletProtection.ScryptCost(rounds: 1 << 4)
        try await withFolder { path in
            let protection = WalletProtection.passphrase(Array("correct horse".utf8), scrypt: cost)
            let store = try WalletStore(at: path, protection: protection)
            _ = try store.add(try await received()[0], at: FakeIssuer.now)
            #expect(!FileManager.default.fileExists(atPath: path + "/wallet.key"))
            #expect(try WalletStore(at: path, protection: protection).list().credentials.count == 1)
            #expect(throws: WalletStoreRefusal.wrongPassphrase) {
                try WalletStore(at: path, protection: .passphrase(Array("wrong".utf8), scrypt: cost))
            }
            #expect(throws: WalletStoreRefusal.emptyPassphrase) {
                try WalletStore(at: path, protection: .passphrase([], scrypt: cost))
            }
            #expect(throws: WalletStoreRefusal.passphraseNeeded) { try WalletStore(at: path, protection: .keyFile) }
        }
        try await withFolder { path in
            _ = try WalletStore(at: path, protection: .keyFile)
            #expect(throws: WalletStoreRefusal.noPassphraseExpected) {
                try WalletStore(at: path, protection: .passphrase(Array("a".utf8), scrypt: cost))
            }
        }
    }

    @Test("A file that was changed, or put in the place of another, is reported and does not hide the rest")
    func damage() async throws {
        try await withFolder { path in
            let store = try WalletStore(at: path, protection: .keyFile)
            let ids = try await received().map { try store.add($0, at: FakeIssuer.now).id }
            let file: (String) -> String = { path + "/" + $0 + ".credential" }
            let original = try #require(FileManager.default.contents(atPath: file(ids[0])))
            var changed = original
            changed[changed.count / 2] ^= 1
            let other = try #require(FileManager.default.contents(atPath: file(ids[1])))
            for contents in [changed, other, Data(), Data("x".utf8)] {
                try contents.write(to: URL(filePath: file(ids[0])))
                #expect(throws: WalletStoreRefusal.damagedCredential(id: ids[0])) { try store.credential(ids[0]) }
                let listed = try store.list()
                #expect(listed.damaged == [ids[0]])
                #expect(listed.credentials.map(\.id) == [ids[1]])
            }
            try original.write(to: URL(filePath: file(ids[0])))
            #expect(try store.credential(ids[0]).id == ids[0])
        }
    }

    @Test("A lost or damaged key is not silently replaced")
    func lostKey() async throws {
        try await withFolder { path in
            _ = try WalletStore(at: path, protection: .keyFile)
            try FileManager.default.removeItem(atPath: path + "/wallet.key")
            #expect(throws: WalletStoreRefusal.damagedProtection) { try WalletStore(at: path, protection: .keyFile) }
            try Data("short".utf8).write(to: URL(filePath: path + "/wallet.key"))
            #expect(throws: WalletStoreRefusal.damagedProtection) { try WalletStore(at: path, protection: .keyFile) }
            try Data("{}".utf8).write(to: URL(filePath: path + "/wallet.json"))
            #expect(throws: WalletStoreRefusal.damagedProtection) { try WalletStore(at: path, protection: .keyFile) }
        }
    }

    @Test(
        "Identifiers cannot lead out of the folder",
        arguments: ["", "../wallet", "0123456789abcdeg", "0123456789ABCDEF", "a/b"])
    func identifiers(id: String) async throws {
        try await withFolder { path in
            let store = try WalletStore(at: path, protection: .keyFile)
            #expect(throws: WalletStoreRefusal.unknownCredential(id: id)) { try store.credential(id) }
            #expect(throws: WalletStoreRefusal.unknownCredential(id: id)) { try store.delete(id) }
        }
    }

    @Test("Many that open an empty folder at once agree on one key")
    func race() async throws {
        try await withFolder { path in
            let credential = try await received()[0]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<16 {
                    group.addTask {
                        _ = try WalletStore(at: path, protection: .keyFile).add(credential, at: FakeIssuer.now)
                    }
                }
                try await group.waitForAll()
            }
            let listed = try WalletStore(at: path, protection: .keyFile).list()
            #expect(listed.credentials.count == 16)
            #expect(listed.damaged.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 18)
        }
    }

    @Test("A folder that cannot be made is refused")
    func noFolder() {
        #expect(throws: WalletStoreRefusal.folder("/dev/null/wallet")) {
            try WalletStore(at: "/dev/null/wallet", protection: .keyFile)
        }
    }
}
