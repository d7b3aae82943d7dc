/// Base64url without padding, RFC 4648 §5 as profiled by RFC 7515 §2.
///
/// Decoding is strict: no padding, no characters outside the alphabet, no non-zero trailing bits, so that one value
/// has exactly one encoding.
package enum Base64URL {
    /// Why bytes are not base64url.
    package enum Malformation: Error, Equatable {
        case length
        case character(offset: Int)
        case trailingBits
    }

    /// The number of characters that `count` bytes encode to.
    package static func encodedCount(_ count: Int) -> Int {
        (count * 4 + 2) / 3
    }

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        bytes.withContiguousStorageIfAvailable { encode($0) }
            ?? Array(bytes).withUnsafeBufferPointer { encode($0) }
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: encodedCount(bytes.count)) { target in
            fill(target, from: bytes)
            return encodedCount(bytes.count)
        }
    }

    package static func encodeToBytes(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        append(bytes, to: &output)
        return output
    }

    /// Appends the encoding of `bytes` to `output`.
    package static func append(_ bytes: [UInt8], to output: inout [UInt8]) {
        bytes.withUnsafeBufferPointer { append($0, to: &output) }
    }

    /// Appends the encoding of `bytes` to `output`.
    package static func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let encoded = [UInt8](unsafeUninitializedCapacity: encodedCount(bytes.count)) { target, count in
            count = encodedCount(bytes.count)
            fill(target, from: bytes)
        }
        output.append(contentsOf: encoded)
    }

    private static func fill(_ target: UnsafeMutableBufferPointer<UInt8>, from bytes: UnsafeBufferPointer<UInt8>) {
        alphabet.withUnsafeBufferPointer { alphabet in
            var read = 0
            var write = 0
            while read + 2 < bytes.count {
                let group = UInt32(bytes[read]) << 16 | UInt32(bytes[read + 1]) << 8 | UInt32(bytes[read + 2])
                target[write] = alphabet[Int(group >> 18)]
                target[write + 1] = alphabet[Int(group >> 12 & 63)]
                target[write + 2] = alphabet[Int(group >> 6 & 63)]
                target[write + 3] = alphabet[Int(group & 63)]
                read += 3
                write += 4
            }
            switch bytes.count - read {
            case 1:
                target[write] = alphabet[Int(bytes[read] >> 2)]
                target[write + 1] = alphabet[Int(bytes[read] << 4 & 63)]
            case 2:
                let group = UInt32(bytes[read]) << 8 | UInt32(bytes[read + 1])
                target[write] = alphabet[Int(group >> 10)]
                target[write + 1] = alphabet[Int(group >> 4 & 63)]
                target[write + 2] = alphabet[Int(group << 2 & 63)]
            default:
                break
            }
        }
    }

    package static func decode(_ text: some StringProtocol) throws(Malformation) -> [UInt8] {
        let decoded = text.utf8.withContiguousStorageIfAvailable { result(of: $0) }
        guard let decoded else { return try decode(Array(text.utf8)[...]) }
        return try decoded.get()
    }

    package static func decode(_ characters: ArraySlice<UInt8>) throws(Malformation) -> [UInt8] {
        try characters.withUnsafeBufferPointer { result(of: $0) }.get()
    }

    private static func result(of characters: UnsafeBufferPointer<UInt8>) -> Result<[UInt8], Malformation> {
        guard characters.count % 4 != 1 else { return .failure(.length) }
        var refusal: Malformation?
        let output = [UInt8](unsafeUninitializedCapacity: characters.count * 3 / 4) { output, count in
            values.withUnsafeBufferPointer { values in
                var buffer: UInt32 = 0
                var bits: UInt32 = 0
                for offset in characters.indices {
                    let value = values[Int(characters[offset])]
                    guard value != invalid else {
                        refusal = .character(offset: offset)
                        return
                    }
                    buffer = buffer << 6 | UInt32(value)
                    bits += 6
                    if bits >= 8 {
                        bits -= 8
                        output[count] = UInt8(truncatingIfNeeded: buffer >> bits)
                        count += 1
                    }
                }
                if buffer & ((1 << bits) - 1) != 0 { refusal = .trailingBits }
            }
        }
        return refusal.map(Result.failure) ?? .success(output)
    }

    private static let invalid: UInt8 = 0xFF
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: invalid, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
