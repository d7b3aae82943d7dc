import Anchoring
import Testing

@Suite struct OpReturnPayloadTests {
    private static let commitment = AnchorCommitment(size: 0x0102_0304, root: [UInt8](repeating: 7, count: 32))

    @Test("Size and root are behind the magic, in one push that nobody can spend")
    func readBack() throws {
        let commitment = try #require(Self.commitment)
        let payload = OpReturnPayload.encode(commitment)
        #expect(Hexadecimal.encode(payload.prefix(12)) == "56534c310000000001020304")
        #expect(payload.count == 44)
        #expect(OpReturnPayload.decode(script: [0x6A, 44] + payload) == commitment)
    }

    @Test("Other scripts say nothing")
    func others() throws {
        let payload = OpReturnPayload.encode(try #require(Self.commitment))
        let huge = Array("VSL1".utf8) + [0x80] + payload[5...]
        let empty = Array("VSL1".utf8) + [UInt8](repeating: 0, count: 8) + payload[12...]
        let start: [UInt8] = [0x6A, 44]
        let others: [[UInt8]] = [
            [], [0x6A], payload, start + payload + [0], [0x6A, 43] + payload.dropLast(), [0x76, 44] + payload,
            start + [0x57] + payload[1...], start + huge, start + empty,
        ]
        for script in others {
            #expect(OpReturnPayload.decode(script: script) == nil)
        }
    }
}

@Suite struct BitcoinBlockHeaderTests {
    private static let first =
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
        + "888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    private static let number170 =
        "0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de"
        + "2764b3a3175c8166562cac7d51b96a49ffff001d283e9e70"
    private static let of170 = [
        "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082",
        "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
    ]

    private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hexadecimal.decode(hex)) }

    @Test("Bitcoin's own blocks have the hashes and the transactions that everybody knows")
    func known() throws {
        let first = try #require(BitcoinBlockHeader(bytes(Self.first)))
        #expect(
            try first.hash == bytes("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"))
        #expect(
            try first.covers([bytes("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b")]))
        let later = try #require(BitcoinBlockHeader(bytes(Self.number170)))
        #expect(
            try later.hash == bytes("00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee"))
        #expect(try later.covers(Self.of170.map(bytes)))
    }

    @Test("Other lists of transactions are not the block's")
    func others() throws {
        let header = try #require(BitcoinBlockHeader(bytes(Self.number170)))
        let known = try Self.of170.map(bytes)
        for list in [[], [known[0]], [known[1], known[0]], known + [known[1]], known + known] {
            #expect(!header.covers(list))
        }
        #expect(BitcoinBlockHeader(try bytes(Self.first) + [0]) == nil)
    }
}
