import Anchoring
import Foundation
import TestSupport
import Testing

@Suite struct Keccak256Tests {
    @Test(
        "Published digests come out",
        arguments: [
            ("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
            ("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
            ("testing", "5f16f4c7f149ac4f9510d9cf8cf384038ad348b3bcdc01915f95de12df9d1b02"),
            (
                "The quick brown fox jumps over the lazy dog",
                "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
            ),
            ("Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
        ])
    func digests(message: String, digest: String) {
        #expect(Hexadecimal.encode(Keccak256.hash(message.utf8)) == digest)
    }

    /// By pycryptodome; around the length of a block, where the padding is one byte or a block of its own.
    @Test(
        "Lengths around a block's are padded right",
        arguments: [
            (135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446"),
            (136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e"),
            (137, "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39"),
        ])
    func lengths(count: Int, digest: String) {
        #expect(Hexadecimal.encode(Keccak256.hash([UInt8](repeating: 0x61, count: count))) == digest)
    }
}

@Suite struct RLPTests {
    private static let long = "Lorem ipsum dolor sit amet, consectetur adipisicing elit"

    static let known: [(RLP, String)] = [
        (.bytes(Array("dog".utf8)), "83646f67"),
        (.list([.bytes(Array("cat".utf8)), .bytes(Array("dog".utf8))]), "c88363617483646f67"),
        (.bytes([]), "80"), (.list([]), "c0"), (.integer(0), "80"), (.bytes([0]), "00"), (.integer(15), "0f"),
        (.integer(127), "7f"), (.integer(128), "8180"), (.integer(1024), "820400"),
        (.list([.list([]), .list([.list([])]), .list([.list([]), .list([.list([])])])]), "c7c0c1c0c3c0c1c0"),
        (.bytes(Array(long.utf8)), "b838" + Hexadecimal.encode(long.utf8)),
        (.integer(.max), "88ffffffffffffffff"),
    ]

    @Test("The examples of Ethereum's documentation come out, and are read back", arguments: known)
    func examples(value: RLP, encoded: String) throws {
        #expect(Hexadecimal.encode(value.encoded) == encoded)
        #expect(try RLP(decoding: value.encoded) == value)
    }

    @Test(
        "What is not the one encoding is refused",
        arguments: [
            ("", RLPMalformation.unexpectedEnd), ("8100", .notShortest), ("817f", .notShortest), ("b800", .notShortest),
            ("b90038" + String(repeating: "61", count: 56), .notShortest), ("83646f", .unexpectedEnd),
            ("c88363617483646f", .unexpectedEnd), ("8080", .trailingBytes), ("bfffffffffffffffff", .unexpectedEnd),
            ("c9c8c7c6c5c4c3c2c1c0", .tooDeep), ("f80161", .notShortest),
        ])
    func malformed(encoded: String, malformation: RLPMalformation) throws {
        let bytes = try #require(Hexadecimal.decode(encoded))
        #expect(throws: malformation) { try RLP(decoding: bytes) }
    }
}

@Suite struct EthereumHexTests {
    @Test("Quantities and data are read as nodes write them, and nothing else is")
    func values() {
        #expect(EthereumHex.quantity("0x0", as: UInt64.self) == 0)
        #expect(EthereumHex.quantity("0x41", as: UInt64.self) == 65)
        #expect(EthereumHex.quantity("0xffffffffffffffff", as: UInt64.self) == .max)
        #expect(EthereumHex.quantity("0xd3c21bcecceda1000000", as: UInt128.self) == 1_000_000_000_000_000_000_000_000)
        for text in ["0x", "41", "0x+1", "0x-1", "0x1g", "", "0x10000000000000000", nil] {
            #expect(EthereumHex.quantity(text, as: UInt64.self) == nil)
        }
        #expect(EthereumHex.data("0x") == [])
        #expect(EthereumHex.data("0x0aFf") == [0x0A, 0xFF])
        for text in ["0x0", "0aff", "0x0g", nil] { #expect(EthereumHex.data(text) == nil) }
        #expect(EthereumHex.data("0x0aff", count: 3) == nil)
    }
}
