/// Keccak-256 as Ethereum has it: FIPS 202's Keccak[512] with the padding of the original submission (pad10*1 without
/// the domain bits of SHA-3).
package enum Keccak256 {
    private static let rate = 136

    /// 32 bytes.
    package static func hash(_ message: some Sequence<UInt8>) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var block: [UInt8] = []
        block.reserveCapacity(rate)
        for byte in message {
            block.append(byte)
            if block.count == rate {
                absorb(block, into: &state)
                block.removeAll(keepingCapacity: true)
            }
        }
        // The first bit of the padding, and the last, which may be in the same byte.
        block.append(0x01)
        block += [UInt8](repeating: 0, count: rate - block.count)
        block[rate - 1] |= 0x80
        absorb(block, into: &state)
        return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64(8 * ($0 % 8))) }
    }

    private static func absorb(_ block: [UInt8], into state: inout [UInt64]) {
        for lane in 0..<rate / 8 {
            var value: UInt64 = 0
            for byte in (0..<8).reversed() { value = value << 8 | UInt64(block[lane * 8 + byte]) }
            state[lane] ^= value
        }
        for constant in roundConstants { round(&state, constant) }
    }

    /// FIPS 202 §3.3; lanes are numbered x + 5y.
    private static func round(_ state: inout [UInt64], _ constant: UInt64) {
        // θ
        var columns = [UInt64](repeating: 0, count: 5)
        for x in 0..<5 { columns[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] }
        for x in 0..<5 {
            let mixed = columns[(x + 4) % 5] ^ rotated(columns[(x + 1) % 5], 1)
            for y in 0..<5 { state[x + 5 * y] ^= mixed }
        }
        // ρ and π
        var moved = [UInt64](repeating: 0, count: 25)
        for x in 0..<5 {
            for y in 0..<5 { moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(state[x + 5 * y], rotations[x + 5 * y]) }
        }
        // χ
        for y in 0..<5 {
            for x in 0..<5 {
                state[x + 5 * y] = moved[x + 5 * y] ^ (~moved[(x + 1) % 5 + 5 * y] & moved[(x + 2) % 5 + 5 * y])
            }
        }
        // ι
        state[0] ^= constant
    }

    private static func rotated(_ value: UInt64, _ count: UInt64) -> UInt64 {
        count == 0 ? value : value << count | value >> (64 - count)
    }

    /// FIPS 202 §3.2.2: (t + 1)(t + 2)/2 along a walk over the lanes.
    private static let rotations: [UInt64] = {
        var rotations = [UInt64](repeating: 0, count: 25)
        var (x, y) = (1, 0)
        for step in 0..<24 {
            rotations[x + 5 * y] = UInt64((step + 1) * (step + 2) / 2 % 64)
            (x, y) = (y, (2 * x + 3 * y) % 5)
        }
        return rotations
    }()

    /// FIPS 202 §3.2.5: the bits of a linear feedback shift register at positions 2^j - 1.
    private static let roundConstants: [UInt64] = {
        var register: UInt8 = 1
        return (0..<24).map { _ in
            var constant: UInt64 = 0
            for bit in 0..<7 {
                if register & 1 != 0 { constant |= 1 << UInt64((1 << bit) - 1) }
                register = register << 1 ^ (register & 0x80 != 0 ? 0x71 : 0)
            }
            return constant
        }
    }()
}
