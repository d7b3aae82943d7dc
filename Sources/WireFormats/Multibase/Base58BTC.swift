/// Base58 with the Bitcoin alphabet, the `z` of multibase, as did:key uses it.
///
/// The work grows with the square of the length, so input is bounded.
package enum Base58BTC {
    /// Enough for a public key of any type that is accepted.
    package static let maximumCharacters = 256

    package enum Malformation: Error, Equatable {
        case tooLong
        case character(offset: Int)
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            var carry = Int(byte)
            for index in digits.indices {
                carry += Int(digits[index]) << 8
                digits[index] = UInt8(carry % 58)
                carry /= 58
            }
            while carry > 0 {
                digits.append(UInt8(carry % 58))
                carry /= 58
            }
        }
        let zeros = bytes.prefix { $0 == 0 }.map { _ in alphabet[0] }
        return String(decoding: zeros + digits.reversed().map { alphabet[Int($0)] }, as: UTF8.self)
    }

    package static func decode(_ text: String) throws(Malformation) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count <= maximumCharacters else { throw .tooLong }
        var output: [UInt8] = []
        for (offset, character) in characters.enumerated() {
            guard let value = alphabet.firstIndex(of: character) else { throw .character(offset: offset) }
            var carry = value
            for index in output.indices {
                carry += Int(output[index]) * 58
                output[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
            while carry > 0 {
                output.append(UInt8(truncatingIfNeeded: carry))
                carry >>= 8
            }
        }
        let zeros = characters.prefix { $0 == alphabet[0] }.map { _ in UInt8(0) }
        return zeros + output.reversed()
    }

    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
}
