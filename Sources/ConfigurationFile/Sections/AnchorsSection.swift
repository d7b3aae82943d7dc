import Anchoring

/// `sharing.ledger.anchors`: the chains that the ledger is anchored in.
enum AnchorsSection {
    /// - Parameter ledger: the mapping that has the list; nil if there is none.
    static func anchors(_ ledger: MappingReader?) -> [AnchorSettings] {
        var places = DistinctNames()
        return ledger?.mappings("anchors", most: 10, "chains") { reader in
            guard let settings = anchor(reader) else { return nil }
            if let place = settings.place { places.insert(place.key, of: "chain", in: reader) }
            return settings
        } ?? []
    }

    private static func anchor(_ reader: MappingReader) -> AnchorSettings? {
        reader.require("chain", "evm or bitcoin")
        reader.require("rpc", "the address of a node, as https://node.example.org")
        reader.require("chain_id", "which chain it must be")
        let rpc = reader.text("rpc", AddressRule.web, AddressRule.checkWeb)
        let kind: AnchorPlace.Kind? = reader.choice("chain")
        let chain: AnchorSettings.Chain?
        switch kind {
        case .evm: chain = evm(reader).map { .evm($0) }
        case .bitcoin: chain = bitcoin(reader).map { .bitcoin($0) }
        case nil: return nil
        }
        let confirmations = reader.integer("confirmations", in: 1...10_000)
        let interval = reader.duration("interval", in: .seconds(1)...(.seconds(30 * 86400)))
        let stuckAfter = reader.duration("stuck_after", in: .seconds(1)...(.seconds(7 * 86400)))
        let credentials = reader.text("credentials_file")
        guard let chain, let rpc else { return nil }
        return AnchorSettings(
            chain: chain, rpc: rpc, credentialsFile: credentials,
            // About a quarter of an hour on Ethereum, where blocks are final by then; an hour on Bitcoin.
            confirmations: confirmations ?? (kind == .evm ? 64 : 6), interval: interval ?? .seconds(600),
            stuckAfter: stuckAfter ?? .seconds(kind == .evm ? 900 : 7200))
    }

    private static let common = [
        "chain", "rpc", "credentials_file", "chain_id", "confirmations", "interval", "stuck_after", "max_fee",
    ]

    private static func evm(_ reader: MappingReader) -> AnchorSettings.EVM? {
        reader.allow(common + ["contract", "key_file"])
        let chainID = reader.integer("chain_id", in: 1...Int.max)
        let contract = reader.text("contract", contractRule) { EthereumAddress($0) != nil }
        let keyFile = reader.text("key_file")
        let gwei = reader.integer("max_fee", in: 1...1_000_000)
        guard let chainID else { return nil }
        return AnchorSettings.EVM(
            chainID: UInt64(chainID), contract: contract.flatMap { EthereumAddress($0) }, keyFile: keyFile,
            maxFee: UInt64(gwei ?? 50) * 1_000_000_000)
    }

    private static let contractRule =
        "an address is expected: 0x and 40 hexadecimal digits, which in mixed case have a checksum"

    private static func bitcoin(_ reader: MappingReader) -> AnchorSettings.Bitcoin? {
        reader.allow(common + ["wallet"])
        let genesis = reader.text("chain_id", genesisRule) { Hexadecimal.decode($0)?.count == 32 }
        let wallet = reader.text(
            "wallet", "a wallet's name is expected: letters, digits, - . _ ~", WireSyntax.checkIdentifier)
        let maxFee = reader.integer("max_fee", in: 1...100_000_000)
        guard let genesis = genesis.flatMap({ Hexadecimal.decode($0) }) else { return nil }
        return AnchorSettings.Bitcoin(genesis: genesis, wallet: wallet, maxFee: UInt64(maxFee ?? 20_000))
    }

    private static let genesisRule =
        "the hash of the chain's first block is expected, 64 hexadecimal digits, as `getblockhash 0` gives it"
}
