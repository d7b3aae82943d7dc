import Crypto
import DataSharing
import Foundation
import JOSE
import WireFormats

/// The private keys of an organization in a file that only its owner can read.
struct OrganizationKeyFile {
    let signing: PrivateKey
    let signingKeyID: String
    /// A service provider's.
    let decryption: P256.KeyAgreement.PrivateKey?

    /// The public keys, as the organization registers them.
    var jwks: JSON {
        var signature = signing.publicKey.jwk
        signature["use"] = "sig"
        signature["alg"] = .string(signing.algorithm.rawValue)
        signature["kid"] = .string(signingKeyID)
        var keys: [JSON] = [.object(signature)]
        if let key = encryptionKey { keys.append(.object(key.jwk)) }
        return ["keys": .array(keys)]
    }

    var encryptionKey: PublicEncryptionKey? {
        decryption.flatMap { try? PublicEncryptionKey(jwk: JWEPrivateKey.p256($0).publicJWK) }
    }

    /// Makes new keys.
    ///
    /// - Throws: `CommandFailure` if there is a file already.
    static func make(at file: URL, algorithm: SignatureAlgorithm, withEncryption: Bool) throws -> OrganizationKeyFile {
        let signing = PrivateKey.generate(algorithm)
        let keys = OrganizationKeyFile(
            signing: signing, signingKeyID: Base64URL.encode(signing.publicKey.thumbprint),
            decryption: withEncryption ? P256.KeyAgreement.PrivateKey() : nil)
        var record: JSONObject = [
            "signing": [
                "kid": .string(keys.signingKeyID), "alg": .string(algorithm.rawValue),
                "private": .string(Base64URL.encode(signing.rawRepresentation)),
            ]
        ]
        if let key = keys.decryption {
            record["encryption"] = ["private": .string(Base64URL.encode(key.rawRepresentation))]
        }
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(file.path): there is a file already, or it cannot be written")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try handle.write(contentsOf: Data(JSON.object(record).encoded() + [UInt8(ascii: "\n")]))
        try handle.synchronize()
        return keys
    }

    static func read(_ file: URL) throws -> OrganizationKeyFile {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
            throw CommandFailure("\(file.path): others can read it; chmod 600 it, or make new keys")
        }
        guard let data = FileManager.default.contents(atPath: file.path), let json = try? JSON(parsing: Array(data)),
            let keyID = json["signing"]?["kid"]?.string,
            let algorithm = json["signing"]?["alg"]?.string.flatMap(SignatureAlgorithm.init),
            let bytes = json["signing"]?["private"]?.string.flatMap({ try? Base64URL.decode($0) }),
            let signing = try? PrivateKey(algorithm, rawRepresentation: bytes)
        else { throw CommandFailure("\(file.path): cannot be read as a key file") }
        var decryption: P256.KeyAgreement.PrivateKey?
        if let stated = json["encryption"] {
            guard let bytes = stated["private"]?.string.flatMap({ try? Base64URL.decode($0) }),
                let key = try? P256.KeyAgreement.PrivateKey(rawRepresentation: bytes)
            else { throw CommandFailure("\(file.path): its encryption key cannot be read") }
            decryption = key
        }
        return OrganizationKeyFile(signing: signing, signingKeyID: keyID, decryption: decryption)
    }
}
