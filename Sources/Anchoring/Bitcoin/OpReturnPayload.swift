/// A commitment in an output that nobody can spend: `OP_RETURN`, and 44 bytes in one push.
package enum OpReturnPayload {
    /// Before the size (8 bytes, the greatest first) and the root.
    static let magic = Array("VSL1".utf8)
    static let byteCount = magic.count + 8 + AnchorCommitment.rootByteCount
    private static let opReturn: UInt8 = 0x6A

    /// Without the script around it.
    package static func encode(_ commitment: AnchorCommitment) -> [UInt8] {
        magic + AnchorContract.word(commitment.size).suffix(8) + commitment.root
    }

    /// What a script says; nil if it is another one.
    package static func decode(script: [UInt8]) -> AnchorCommitment? {
        guard script.count == byteCount + 2, script[0] == opReturn, script[1] == UInt8(byteCount),
            Array(script[2..<6]) == magic
        else { return nil }
        let size = script[6..<14].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return AnchorCommitment(size: size, root: Array(script[14...]))
    }
}
