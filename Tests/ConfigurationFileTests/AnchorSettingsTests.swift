import Anchoring
import ConfigurationFile
import Testing

@Suite("sharing.ledger.anchors")
struct AnchorSettingsTests {
    private static let genesis = String(repeating: "5a", count: 32)

    private func settings(_ anchors: String) throws -> [AnchorSettings] {
        try parse("sharing: {ledger: {anchors: [\(anchors)]}}\n" + valid).anchors
    }

    private func faults(_ anchors: String) -> String {
        do {
            _ = try settings(anchors)
            return ""
        } catch {
            return "\(error)".replacing("vouchsafe.yaml:1: sharing.ledger.anchors", with: "")
        }
    }

    @Test("Nothing is anchored unless it is said")
    func none() throws {
        #expect(try parse(valid).anchors.isEmpty)
    }

    @Test("Both kinds are read, with their defaults")
    func both() throws {
        let anchors = try settings(
            """
            {chain: evm, rpc: "https://node.example.org/key", chain_id: 1, key_file: k, \
            contract: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"}, \
            {chain: bitcoin, rpc: "http://localhost:9332", chain_id: "\(Self.genesis)", wallet: w, max_fee: 500, \
            confirmations: 12, interval: 1h, stuck_after: 5h, credentials_file: c}
            """)
        #expect(anchors.count == 2)
        guard case .evm(let evm) = anchors[0].chain, case .bitcoin(let bitcoin) = anchors[1].chain else {
            Issue.record("the kinds are in order")
            return
        }
        #expect(evm.chainID == 1 && evm.keyFile == "k" && evm.maxFee == 50_000_000_000)
        #expect(evm.contract?.description == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")
        #expect(anchors[0].confirmations == 64 && anchors[0].interval == .seconds(600))
        #expect(anchors[0].stuckAfter == .seconds(900) && anchors[0].credentialsFile == nil)
        #expect(bitcoin.wallet == "w" && bitcoin.maxFee == 500 && bitcoin.genesis.count == 32)
        #expect(anchors[1].confirmations == 12 && anchors[1].interval == .seconds(3600))
        #expect(anchors[1].stuckAfter == .seconds(18_000) && anchors[1].credentialsFile == "c")
    }

    private static let evm = "chain: evm, rpc: \"https://n.example.org\", chain_id: 1"

    @Test(
        "Each mistake is told",
        arguments: [
            ("{}", "\"chain\" is missing"), ("{chain: gold, rpc: \"https://n.example.org\", chain_id: 1}", "one of"),
            ("{chain: evm, chain_id: 1}", "\"rpc\" is missing"),
            ("{chain: evm, rpc: \"http://n.example.org\", chain_id: 1}", "an https address is expected"),
            ("{chain: evm, rpc: \"https://n.example.org\"}", "\"chain_id\" is missing"),
            ("{\(evm), contract: \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\"}", "checksum"),
            ("{\(evm), wallet: w}", "no such setting"), ("{\(evm), max_fee: 0}", "1 to 1000000"),
            ("{\(evm), confirmations: 0}", "1 to 10000"), ("{\(evm), interval: 0s}", "must be from 1s"),
            ("{\(evm), stuck_after: 30d}", "must be from 1s to 7d"),
            ("{chain: bitcoin, rpc: \"https://n.example.org\", chain_id: main}", "the hash of the chain's first block"),
            (
                "{chain: bitcoin, rpc: \"https://n.example.org\", chain_id: \"\(genesis)\", contract: x}",
                "no such setting"
            ),
            (
                "{chain: bitcoin, rpc: \"https://n.example.org\", chain_id: \"\(genesis)\", wallet: a/b}",
                "wallet's name"
            ),
            (
                "{chain: bitcoin, rpc: \"https://n.example.org\", chain_id: \"\(genesis)\"}, "
                    + "{chain: bitcoin, rpc: \"https://m.example.org\", chain_id: \"\(genesis)\"}", "already"
            ),
        ])
    func mistakes(anchors: String, sentence: String) {
        #expect(faults(anchors).contains(sentence), "\(faults(anchors))")
    }

    @Test("Other settings of the section are not known")
    func others() {
        #expect(throws: ConfigurationFaults.self) { try parse("sharing: {leger: {}}\n" + valid) }
        #expect(throws: ConfigurationFaults.self) { try parse("sharing: {ledger: {anchor: []}}\n" + valid) }
    }
}
