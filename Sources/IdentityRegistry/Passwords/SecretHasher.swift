import Crypto
import CryptoExtras
import Foundation
import JOSE
import OAuth

/// Which of a person's secrets.
package enum SecretKind: String, Sendable, CaseIterable {
    case password
    case pin
}

/// Makes and verifies hashes of passwords and PINs.
package struct SecretHasher: Sendable {
    /// scrypt, RFC 7914, as a value so that work can be counted.
    package typealias Derivation =
        @Sendable (
            _ secret: [UInt8], _ salt: [UInt8], _ parameters: ScryptHash.Parameters, _ length: Int
        ) throws -> [UInt8]

    private let pool: HashingPool
    private let pepper: KeyedDigest
    private let costs: Costs
    private let derive: Derivation

    /// What new hashes cost, and the work that is done for people who have none.
    package struct Costs: Sendable {
        package let password: ScryptHash.Parameters
        package let pin: ScryptHash.Parameters

        package init(password: ScryptHash.Parameters = .password, pin: ScryptHash.Parameters = .pin) {
            (self.password, self.pin) = (password, pin)
        }

        subscript(kind: SecretKind) -> ScryptHash.Parameters { kind == .pin ? pin : password }
    }

    private static let saltLength = 16
    private static let hashLength = 32
    /// The name of this installation's pepper in hashes.
    private static let pepperID = "1"
    /// No secret that may be set is longer.
    private static let maximumBytes = 4000

    package init(
        pool: HashingPool, keys: IdentityKeys, costs: Costs = Costs(),
        derive: @escaping Derivation = SecretHasher.scrypt
    ) {
        self.pool = pool
        pepper = keys.pepper
        self.costs = costs
        self.derive = derive
    }

    /// A new hash. PINs are peppered.
    ///
    /// - Throws: ``HashingBusy``.
    package func hash(_ secret: String, as kind: SecretKind) async throws -> ScryptHash {
        let salt = secureRandomBytes(Self.saltLength)
        let (bytes, parameters, derive) = (canonical(secret), costs[kind], derive)
        let pepperID = kind == .pin ? Self.pepperID : nil
        let message = pepperID == nil ? bytes : pepper.mac("pin", [bytes])
        let hash = try await pool.run { try derive(message, salt, parameters, Self.hashLength) }
        return ScryptHash(parameters: parameters, pepperID: pepperID, salt: salt, hash: hash)
    }

    /// Whether the hash is the secret's. Where there is no hash the same work is done for nothing.
    ///
    /// - Throws: ``HashingBusy``.
    package func verify(_ secret: String, against stored: ScryptHash?, as kind: SecretKind) async throws -> Bool {
        let hash = stored ?? dummy(kind)
        let typed = canonical(secret)
        // scrypt takes no empty secret, and nobody has one.
        let isPossible = (1...Self.maximumBytes).contains(typed.count)
        let bytes = isPossible ? typed : [0]
        let message = hash.pepperID == nil ? bytes : pepper.mac("pin", [bytes])
        let derive = derive
        let derived = try await pool.run { try derive(message, hash.salt, hash.parameters, hash.hash.count) }
        let isEqual = constantTimeEqual(derived, hash.hash)
        let isOurs = hash.pepperID.map { $0 == Self.pepperID } ?? true
        return isEqual && isPossible && isOurs && stored != nil
    }

    /// What is verified for people who have no such secret: as dear as a new hash, and nothing's.
    private func dummy(_ kind: SecretKind) -> ScryptHash {
        ScryptHash(
            parameters: costs[kind], pepperID: kind == .pin ? Self.pepperID : nil,
            salt: [UInt8](repeating: 0, count: Self.saltLength), hash: [UInt8](repeating: 0, count: Self.hashLength))
    }

    /// UTF-8 in NFC: keyboards write the same letters in several ways.
    private func canonical(_ secret: String) -> [UInt8] {
        Array(secret.precomposedStringWithCanonicalMapping.utf8)
    }

    package static let scrypt: Derivation = { secret, salt, parameters, length in
        try KDF.Scrypt.deriveKey(
            from: secret, salt: salt, outputByteCount: length, rounds: 1 << parameters.logCost,
            blockSize: parameters.blockSize, parallelism: parameters.parallelism
        ).withUnsafeBytes { Array($0) }
    }
}
