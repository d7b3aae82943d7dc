import ArgumentParser
import Foundation
import HardwareKeys
import KeyStore

extension Settings {
    /// The key-encryption key that the environment names; nil if it names none.
    ///
    /// It is fetched when it is needed: commands that only talk to the server may not be allowed to.
    func namedKeyEncryptionKey() throws -> KeyEncryptionKey? {
        guard let text = try givenKeyEncryptionKey() else { return nil }
        guard PKCS11URI.isMeant(by: text) else { return try KeyEncryptionKey(base64: text) }
        guard keyEncryptionKeyFile == nil else {
            throw CommandFailure(
                "\(Self.keyFileName): the file must have a key; a pkcs11: URI goes into \(Self.keyName)")
        }
        return try KeyEncryptionKey(inToken: text, saidBy: Self.keyName)
    }

    /// The key-encryption key as the environment gives it, by itself or in a file; nil if it does not.
    func givenKeyEncryptionKey() throws -> String? {
        guard let file = keyEncryptionKeyFile else { return keyEncryptionKey }
        return try KeyEncryptionKey.text(in: file, saidBy: Self.keyFileName)
    }
}

extension KeyEncryptionKey {
    /// What the server exits with if a token does not take its PIN (`EX_CONFIG` of sysexits.h). A service manager that
    /// started it again would use up the tries.
    private static let pinRefused = ExitCode(78)

    /// A key that an operator names on the command line: a file, or the URI of a token's key.
    init(named name: String, saidBy option: String) throws {
        if PKCS11URI.isMeant(by: name) {
            try self.init(inToken: name, saidBy: option)
        } else {
            try self.init(base64: Self.text(in: URL(filePath: name), saidBy: option))
        }
    }

    /// The key that is derived from a token's.
    ///
    /// - Parameter place: where the URI stands, for messages.
    init(inToken uri: String, saidBy place: String) throws {
        do {
            let key = try TokenKey(PKCS11URI(uri))
            try self.init(derivedBy: key.authenticationCode)
        } catch let fault as PKCS11URIFault {
            throw CommandFailure("\(place): \(fault)")
        } catch let fault as HardwareKeyFault where fault.concernsPIN {
            FileHandle.standardError.write(Data("Error: \(place): \(fault)\n".utf8))
            throw Self.pinRefused
        } catch let fault as HardwareKeyFault {
            throw CommandFailure("\(place): \(fault)")
        }
    }

    /// The key in a file, in base64.
    fileprivate static func text(in file: URL, saidBy place: String) throws -> String {
        guard let content = FileManager.default.contents(atPath: file.path) else {
            throw CommandFailure("\(place): \(file.path) cannot be read")
        }
        // The file that the first start makes has the bytes themselves.
        return content.count == byteCount ? content.base64EncodedString() : String(decoding: content, as: UTF8.self)
    }
}
