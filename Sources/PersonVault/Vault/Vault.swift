package import Foundation
import OAuth
package import WireFormats

/// What a person's browser has left here: public keys, private keys that only the person can unwrap, and the ways to
/// do so (docs/design/017-vault.md).
package struct Vault: Sendable, Equatable {
    /// The generations of the person's keys, oldest first; never empty.
    package private(set) var generations: [Generation]
    /// PKCS#8, sealed by the vault key, by `kid`: of every encryption key, and of the newest signing key.
    package private(set) var privateKeys: [PrivateKeyEntry]
    /// Never fewer than ``minimumWays``.
    package private(set) var ways: [VaultWay]

    package static let minimumWays = 2
    package static let maximumWays = 10
    package static let maximumGenerations = 16

    package struct Generation: Sendable, Equatable {
        package let keys: PersonKeys
        /// The JWT `person-key+jwt` that says so, compact.
        package let statement: String
        package let madeAt: Date

        package init(keys: PersonKeys, statement: String, madeAt: Date) {
            (self.keys, self.statement, self.madeAt) = (keys, statement, madeAt)
        }
    }

    package struct PrivateKeyEntry: Sendable, Equatable {
        package let keyID: String
        package let wrapped: [UInt8]

        package init(keyID: String, wrapped: [UInt8]) {
            (self.keyID, self.wrapped) = (keyID, wrapped)
        }
    }

    package init(_ first: Generation, privateKeys: [PrivateKeyEntry], ways: [VaultWay]) throws(VaultRefusal) {
        guard (Self.minimumWays...Self.maximumWays).contains(ways.count) else {
            throw ways.count < Self.minimumWays ? .tooFewWays : .tooManyWays
        }
        guard Set(ways.map(\.id)).count == ways.count else { throw .malformed("ways", "an id occurs twice") }
        generations = [first]
        self.privateKeys = privateKeys
        self.ways = ways
    }

    package var current: Generation {
        // Never empty, by init.
        generations[generations.count - 1]
    }

    mutating func add(_ way: VaultWay) throws(VaultRefusal) {
        guard ways.count < Self.maximumWays else { throw .tooManyWays }
        guard !ways.contains(where: { $0.id == way.id }) else { throw .malformed("way.id", "it is taken") }
        ways.append(way)
    }

    mutating func remove(_ id: VaultWayID) throws(VaultRefusal) {
        guard ways.contains(where: { $0.id == id }) else { throw .unknownWay }
        guard ways.count > Self.minimumWays else { throw .tooFewWays }
        ways.removeAll { $0.id == id }
    }

    /// Replaces both keys. Earlier encryption keys stay, for what was sealed to them; the earlier signing key goes.
    mutating func rotate(to next: Generation, privateKeys added: [PrivateKeyEntry]) throws(VaultRefusal) {
        guard generations.count < Self.maximumGenerations else { throw .tooManyKeys }
        let earlier = generations.flatMap { [$0.keys.encryptionID, $0.keys.signingID] }
        guard !earlier.contains(next.keys.encryptionID), !earlier.contains(next.keys.signingID) else {
            throw .malformed("enc", "the keys are not new")
        }
        let replaced = current.keys.signingID
        privateKeys.removeAll { $0.keyID == replaced }
        privateKeys += added
        generations.append(next)
    }
}

// MARK: As it is stored, sealed.

extension Vault {
    package var json: JSON {
        [
            "generations": .array(
                generations.map { generation in
                    [
                        "enc": .object(generation.keys.encryption), "sig": .object(generation.keys.signing),
                        "statement": .string(generation.statement), "at": .integer(generation.madeAt.wholeSeconds),
                    ]
                }),
            "private": .array(
                privateKeys.map { ["kid": .string($0.keyID), "wrapped": .string(Base64URL.encode($0.wrapped))] }),
            "ways": .array(ways.map { .object($0.stored) }),
        ]
    }

    package init(stored json: JSON) throws {
        var generations: [Generation] = []
        for entry in json["generations"]?.array ?? [] {
            guard let enc = entry["enc"]?.object, let sig = entry["sig"]?.object,
                let statement = entry["statement"]?.string, let at = entry["at"]?.integer
            else { throw DamagedVault() }
            generations.append(
                Generation(
                    keys: try PersonKeys(encryption: enc, signing: sig), statement: statement,
                    madeAt: Date(timeIntervalSince1970: Double(at))))
        }
        guard !generations.isEmpty else { throw DamagedVault() }
        self.generations = generations
        privateKeys = try (json["private"]?.array ?? []).map { entry in
            guard let id = entry["kid"]?.string, let text = entry["wrapped"]?.string,
                let wrapped = try? Base64URL.decode(text)
            else { throw DamagedVault() }
            return PrivateKeyEntry(keyID: id, wrapped: wrapped)
        }
        ways = try (json["ways"]?.array ?? []).map { entry in
            guard let object = entry.object else { throw DamagedVault() }
            return try VaultWay(VaultMessage(object, path: "way"), addedAt: nil)
        }
    }
}

/// What is stored is no vault.
package struct DamagedVault: Error {
    package init() {}
}

extension Date {
    package var wholeSeconds: Int64 { Int64(timeIntervalSince1970.rounded(.down)) }
}
