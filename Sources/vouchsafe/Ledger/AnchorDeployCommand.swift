import Anchoring
import ArgumentParser
import ConfigurationFile
import Foundation

/// `vouchsafe ledger anchor deploy`: puts the contract into a chain.
struct AnchorDeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Deploys the contract that anchors are sent to.",
        discussion: """
            The chain is an entry of sharing.ledger.anchors without a contract. Whoever holds the key of that entry \
            owns the contract, and nobody else can anchor there. Write the address that is printed into the entry.
            """)

    @OptionGroup var place: AnchorPlaceOptions

    @Option(help: "How many seconds to wait for the block.")
    var wait = 300

    func validate() throws {
        guard (0...86_400).contains(wait) else {
            throw ValidationError("--wait is a number of seconds, at most a day.")
        }
    }

    func run() async throws {
        try await place.withInstallation { installation in
            let settings = try place.settings(installation) { $0.evm != nil && $0.evm?.contract == nil }
            guard let evm = settings.evm else { return }
            let deployment = EVMDeployment(
                chainID: evm.chainID, client: try installation.rpcClient(settings),
                signer: try installation.anchorKey(evm), maxFee: evm.maxFee)
            do throws(AnchorFailure) {
                try await deploy(deployment)
            } catch {
                throw CommandFailure("the contract cannot be deployed: \(error)")
            }
        }
    }

    private func deploy(_ deployment: EVMDeployment) async throws(AnchorFailure) {
        let sent = try await deployment.send()
        print("transaction: \(EthereumHex.data(sent.transaction.bytes))")
        print("contract: \(sent.contract)")
        let deadline = ContinuousClock.now + .seconds(wait)
        while ContinuousClock.now < deadline {
            if let gas = try await deployment.gas(of: sent) { return print("gas: \(gas)") }
            try? await Task.sleep(for: .seconds(1))
        }
        print("not in a block yet; the contract is there once the transaction is")
    }
}
