import Anchoring
import EthereumKeys
import Foundation
import KeyStore

/// The keys that pay for anchors in chains of Ethereum's kind.
enum AnchorKeys {
    static let context = "anchor key"

    /// The key of a file, sealed by `vouchsafe ledger anchor key` or as 64 digits, or of the environment.
    static func key(_ settings: KeyPlace, sealer: DataSealer) throws -> EthereumKey {
        switch settings {
        case .environment(let text): return try key(text, saidBy: Settings.anchorKeyName)
        case .file(let path):
            let content: SealedFile.Content?
            do {
                content = try SealedFile.content(of: path, by: sealer, context: context)
            } catch let fault as KeyEncryptionKeyFault {
                throw CommandFailure("the key of anchors: \(fault.asOfAnyFile)")
            } catch {
                throw CommandFailure("\(path): it was sealed by another installation, or was changed since")
            }
            switch content {
            case nil: throw CommandFailure("\(path): cannot be read; make a key with vouchsafe ledger anchor key")
            case .opened(let secret): return try key(secret, saidBy: path)
            case .text(let text): return try key(text, saidBy: path)
            }
        }
    }

    private static func key(_ text: String, saidBy place: String) throws -> EthereumKey {
        guard let bytes = Hexadecimal.decode(text.hasPrefix("0x") ? text.dropFirst(2) : text[...]) else {
            throw CommandFailure("\(place): a private key of 64 hexadecimal digits is expected")
        }
        return try key(bytes, saidBy: place)
    }

    private static func key(_ bytes: [UInt8], saidBy place: String) throws -> EthereumKey {
        do throws(EthereumKeyFault) {
            return try EthereumKey(bytes)
        } catch {
            throw CommandFailure("\(place): this is no private key: \(error)")
        }
    }
}

/// Where a key is.
enum KeyPlace: Sendable {
    case file(String)
    /// The value itself.
    case environment(String)
}

extension KeyEncryptionKeyFault {
    /// The file is told of in the same words, and is of another key.
    fileprivate var asOfAnyFile: String {
        switch self {
        case .accessibleToOthers(let path, let mode):
            "\(path) is accessible to group or others (mode \(String(mode, radix: 8))); run chmod 600 on it"
        case .notRegularFile(let path): "\(path) is not a regular file"
        case .inaccessible(let path, let call, let code):
            "\(path): \(call) failed: \(String(cString: strerror(code)))"
        case .notBase64, .wrongLength, .missingWhileSealedKeysExist: "\(self)"
        }
    }
}
