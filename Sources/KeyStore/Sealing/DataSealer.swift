/// Seals personal data before it is stored, with the data key of a ``KeyRing``.
///
/// Sealed: a version byte, the generation of the data key (two bytes, big-endian), nonce, ciphertext, tag. Naming the
/// generation keeps old data readable when the key is replaced.
package struct DataSealer: Sendable {
    private static let version: UInt8 = 1
    private static let headerLength = 3
    /// Bytes that sealing adds.
    package static let overhead = headerLength + SealingKey.overhead

    private let current: UInt16
    private let keys: [UInt16: SealingKey]

    /// - Parameter keys: by generation; the greatest seals. Nil if there is none, or a generation is out of range.
    init?(keys: [Int: SealingKey]) {
        let numbered = keys.compactMap { generation, key in UInt16(exactly: generation).map { ($0, key) } }
        guard numbered.count == keys.count, let current = numbered.map(\.0).max() else { return nil }
        self.current = current
        self.keys = Dictionary(uniqueKeysWithValues: numbered)
    }

    /// - Parameter context: where the data belongs, such as table, column and row. Data moved elsewhere does not open.
    package func seal(_ plaintext: [UInt8], context: String) -> [UInt8] {
        guard let key = keys[current] else { fatalError("the current generation is one of the keys, by init") }
        let header = [Self.version, UInt8(current >> 8), UInt8(current & 0xFF)]
        return key.seal(plaintext, header: header, label: context)
    }

    package func open(_ sealed: [UInt8], context: String) throws(SealRefusal) -> [UInt8] {
        guard sealed.count >= Self.overhead else { throw .tooShort }
        guard sealed[0] == Self.version else { throw .unknownVersion(sealed[0]) }
        let generation = UInt16(sealed[1]) << 8 | UInt16(sealed[2])
        guard let key = keys[generation] else { throw .unknownGeneration(Int(generation)) }
        return try key.open(sealed, headerLength: Self.headerLength, label: context)
    }
}
