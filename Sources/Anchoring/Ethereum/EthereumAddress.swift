/// An account or contract: 20 bytes.
package struct EthereumAddress: Sendable, Hashable {
    package static let byteCount = 20
    package let bytes: [UInt8]

    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// `0x` and 40 digits. In mixed case they must have the checksum of ERC-55: a digit that was mistyped is noticed.
    package init?(_ text: String) {
        guard let bytes = EthereumHex.data(text, count: Self.byteCount) else { return nil }
        self.bytes = bytes
        let digits = text.dropFirst(2)
        let isMixed = digits.contains(where: \.isUppercase) && digits.contains(where: \.isLowercase)
        guard !isMixed || description == text else { return nil }
    }

    /// Of a public key: 64 bytes, x and y (Yellow Paper, appendix F).
    package init?(publicKey: [UInt8]) {
        guard publicKey.count == 64 else { return nil }
        self.init(Array(Keccak256.hash(publicKey).suffix(Self.byteCount)))
    }

    /// Of the contract that an account makes with its transaction number `nonce` (Yellow Paper §7).
    package init(ofContractBy creator: EthereumAddress, nonce: UInt64) {
        let hash = Keccak256.hash(RLP.list([.bytes(creator.bytes), .integer(nonce)]).encoded)
        bytes = Array(hash.suffix(Self.byteCount))
    }
}

extension EthereumAddress: CustomStringConvertible {
    /// With the checksum of ERC-55: a letter is a capital if the digit at its place in the hash is 8 or more.
    package var description: String {
        let digits = Array(Hexadecimal.encode(bytes).utf8)
        let hash = Keccak256.hash(digits)
        let cased = digits.indices.map { index -> UInt8 in
            let nibble = index.isMultiple(of: 2) ? hash[index / 2] >> 4 : hash[index / 2] & 15
            return digits[index] >= UInt8(ascii: "a") && nibble >= 8 ? digits[index] - 0x20 : digits[index]
        }
        return "0x" + String(decoding: cased, as: UTF8.self)
    }
}
