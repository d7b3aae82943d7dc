import Anchoring
import Crypto
import EthereumKeys
import Foundation
import Testing

@Suite struct EthereumAddressTests {
    /// The examples of ERC-55.
    @Test(
        "Checksums come out, and mistyped digits are noticed",
        arguments: [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
            "0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
        ])
    func checksums(text: String) throws {
        let address = try #require(EthereumAddress(text))
        #expect(address.description == text)
        #expect(EthereumAddress(text.lowercased()) == address)
    }

    @Test(
        "Other texts are no addresses",
        arguments: [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed00", "",
        ])
    func malformed(text: String) { #expect(EthereumAddress(text) == nil) }

    @Test("The contracts of an account have the addresses that the chain gives them")
    func contracts() throws {
        let creator = try #require(EthereumAddress("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"))
        #expect(
            EthereumAddress(ofContractBy: creator, nonce: 0)
                == EthereumAddress("0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"))
        #expect(
            EthereumAddress(ofContractBy: creator, nonce: 1)
                == EthereumAddress("0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"))
    }
}

@Suite struct EthereumKeyTests {
    private func key(_ hex: String) throws -> EthereumKey { try EthereumKey(#require(Hexadecimal.decode(hex))) }

    @Test(
        "The addresses of published keys come out",
        arguments: [
            (String(repeating: "0", count: 63) + "1", "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"),
            (
                "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
                "0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"
            ),
        ])
    func addresses(secret: String, address: String) throws {
        #expect(try key(secret).address.description == address)
    }

    @Test("Signatures are deterministic (RFC 6979) and have the lower s")
    func signature() throws {
        let hash = Array(SHA256.hash(data: Data("Satoshi Nakamoto".utf8)))
        let signature = try key(String(repeating: "0", count: 63) + "1").sign(hash: hash)
        #expect(
            Hexadecimal.encode(signature.r) == "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8")
        #expect(
            Hexadecimal.encode(signature.s) == "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5")
    }

    @Test(
        "What is no key is refused",
        arguments: [
            String(repeating: "0", count: 64), "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
            String(repeating: "f", count: 64),
        ])
    func notAKey(secret: String) { #expect(throws: EthereumKeyFault.notAKey) { try key(secret) } }

    @Test("A key has 32 bytes, and so has what it signs")
    func lengths() throws {
        #expect(throws: EthereumKeyFault.wrongLength(31)) { try self.key(String(repeating: "1", count: 62)) }
        let key = try self.key(String(repeating: "1", count: 64))
        #expect(throws: EthereumKeyFault.wrongLength(31)) { try key.sign(hash: [UInt8](repeating: 1, count: 31)) }
    }

    @Test("A key's description does not have it")
    func redacted() throws {
        let secret = String(repeating: "1", count: 64)
        let key = try self.key(secret)
        #expect(!"\(key)\(String(reflecting: key))".contains(secret))
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}

@Suite struct EIP1559TransactionTests {
    private static let secret = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"

    /// Signed with eth-account 0.14.
    @Test("Another program's bytes come out")
    func signed() throws {
        let key = try EthereumKey(#require(Hexadecimal.decode(Self.secret)))
        let call = EIP1559Transaction(
            chainID: 1, nonce: 0, maxPriorityFee: 1_000_000_000, maxFee: 2_000_000_000, gasLimit: 21_000,
            to: EthereumAddress("0x09616C3d61b3331fc4109a9E41a8BDB7d9776609"), data: [0x55, 0x44])
        let signed = try call.signed(with: key.sign(hash: call.signingHash))
        #expect(
            Hexadecimal.encode(signed.raw)
                == "02f86c0180843b9aca0084773594008252089409616c3d61b3331fc4109a9e41a8bdb7d977660980825544c080a0bce3d01b"
                + "b2570ff023dd1c4c82412eb976f9c6a789c3db2128207bc2b3efa4c9a05376343722c2899003dac9afc14eee837d431416d9"
                + "af1f9011149419da3ef8ec")
        #expect(
            Hexadecimal.encode(signed.hash) == "a4a31b9ee489e32390216b4428984566b8b453cafc09e29b521dba29eb927235")
        let creation = EIP1559Transaction(
            chainID: 131_277_322_940_537, nonce: 258, maxPriorityFee: 1, maxFee: 1_000_000_000_000_000_000,
            gasLimit: 200_000, to: nil, data: [UInt8](repeating: 0xAB, count: 60))
        let made = try creation.signed(with: key.sign(hash: creation.signingHash))
        #expect(Hexadecimal.encode(made.hash) == "92489b4fe1bf5ab59b4b7ad97272c00c5febcec3e4d25d17c4a09d3f4c9e92c3")
        for transaction in [signed, made] {
            #expect(SignedEIP1559Transaction(decoding: transaction.raw) == transaction)
        }
    }

    @Test("Bytes that are no such transaction are not read", arguments: ["", "02", "02c0", "01c0", "f86c"])
    func malformed(text: String) throws {
        #expect(SignedEIP1559Transaction(decoding: try #require(Hexadecimal.decode(text))) == nil)
    }
}

@Suite struct AnchorContractTests {
    private func file(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "packaging/anchor/" + name), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("The program has the code that stands beside its source")
    func code() throws {
        #expect(try EthereumHex.data(file("Anchor.bin")) == AnchorContract.creationCode)
        #expect(try EthereumHex.data(file("Anchor.runtime.bin")) == AnchorContract.runtimeCode)
    }

    @Test("Only the contract's code with an owner behind it is the contract's")
    func isCode() {
        let owner = [UInt8](repeating: 0, count: 12) + [UInt8](repeating: 5, count: 20)
        let code = AnchorContract.runtimeCode + owner
        #expect(AnchorContract.isCode(code))
        var changed = code
        changed[40] ^= 1
        for other in [
            [], AnchorContract.runtimeCode, code + [0], changed, AnchorContract.runtimeCode + [1] + owner[1...],
        ] {
            #expect(!AnchorContract.isCode(other))
        }
    }

    @Test("The call has a selector and two words; the event is read back, and others are not")
    func words() throws {
        let commitment = try #require(AnchorCommitment(size: 0x0102, root: [UInt8](repeating: 7, count: 32)))
        let call = AnchorContract.call(commitment)
        #expect(Hexadecimal.encode(call.prefix(36)) == "a6855208" + String(repeating: "0", count: 60) + "0102")
        #expect(Array(call[36...]) == commitment.root)
        let size = Array(call[4..<36])
        #expect(
            AnchorContract.commitment(topics: [AnchorContract.eventTopic, size], data: commitment.root) == commitment)
        let tooLarge = [1] + size[1...]
        for topics in [
            [], [size, AnchorContract.eventTopic], [AnchorContract.eventTopic, tooLarge],
            [AnchorContract.eventTopic, size, size],
        ] {
            #expect(AnchorContract.commitment(topics: topics, data: commitment.root) == nil)
        }
        #expect(AnchorContract.commitment(topics: [AnchorContract.eventTopic, size], data: [1]) == nil)
    }
}
