import ConfigurationFile
import Testing
import TransparencyLog

@Suite("The section sharing")
struct SharingSectionTests {
    private static let witnesses = ["one", "two"].map {
        NoteKey(
            name: "witness.example/" + $0, type: .cosignature,
            publicKey: [UInt8](
                repeating: UInt8($0.utf8.count),
                count: 31) + [$0.utf8.first ?? 0])?.text ?? ""
    }

    private func settings(_ sharing: String) throws -> SharingSettings? {
        try IssuerConfiguration(
            parsing: "issuer: {display: [{name: Northmere, locale: en}]}\n" + sharing,
            publicURL: "http://localhost:8080"
        ).sharing
    }

    @Test(
        "is the switch of the ledger, which needs no settings", arguments: ["sharing:\n", "sharing: {}", "sharing: ~"])
    func empty(text: String) throws {
        let ledger = try #require(try settings(text)).ledger
        #expect(ledger.witnesses.isEmpty)
        #expect(ledger.quorum == 0)
        #expect(ledger.interval == .seconds(1))
        #expect(try settings("") == nil)
    }

    @Test("has witnesses, all of whom must sign unless it says how many")
    func witnesses() throws {
        let list = Self.witnesses.map { "{vkey: \"\($0)\", url: \"https://\($0.prefix(19)).example\"}" }
            .joined(separator: ", ").replacing("witness.example/", with: "witness-")
            .replacing("vkey: \"witness-", with: "vkey: \"witness.example/")
        let all = try #require(try settings("sharing: {ledger: {witnesses: [\(list)]}}")).ledger
        #expect(all.witnesses.map(\.key.text) == Self.witnesses)
        #expect(all.witnesses[0].url == "https://witness-one.example")
        #expect(all.quorum == 2)
        let one = try #require(try settings("sharing: {ledger: {witnesses: [\(list)], quorum: 1, interval: 5s}}"))
        #expect(one.ledger.quorum == 1)
        #expect(one.ledger.interval == .seconds(5))
    }

    @Test(
        "is told its mistakes",
        arguments: [
            ("sharing: {ledgers: {}}", "f:2: sharing.ledgers: there is no such setting; did you mean \"ledger\"?"),
            ("sharing: text", "f:2: sharing: settings are expected here, each as \"name: value\""),
            (
                "sharing: {ledger: {quorum: 1}}",
                "f:2: sharing.ledger.quorum: a quorum of 1 is not possible with 0 witnesses"
            ),
            (
                "sharing: {ledger: {interval: 0s}}", "f:2: sharing.ledger.interval: must be from 1s to 1h"
            ),
            (
                "sharing: {ledger: {witnesses: [{url: \"https://w.example\"}]}}",
                "f:2: sharing.ledger.witnesses[0]: \"vkey\" is missing: the verifier key that the witness prints when it "
                    + "starts"
            ),
            (
                "sharing: {ledger: {witnesses: [{vkey: x, url: \"https://w.example\"}]}}",
                "f:2: sharing.ledger.witnesses[0].vkey: a verifier key is name+ID+key"
            ),
            (
                "sharing: {ledger: {witnesses: [{vkey: "
                    + "\"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\", "
                    + "url: \"https://w.example\"}]}}",
                "f:2: sharing.ledger.witnesses[0].vkey: the key of example.com/foo is a log's, not a witness's (its type "
                    + "is 1, not 4)"
            ),
        ])
    func mistakes(text: String, message: String) throws {
        do {
            _ = try settings(text)
            Issue.record("\(text) was accepted")
        } catch let faults as ConfigurationFaults {
            #expect(faults.report(file: "f") == message)
        }
    }

    @Test("refuses one key for two witnesses")
    func repeated() throws {
        let entry = "{vkey: \"\(Self.witnesses[0])\", url: \"https://w.example\"}"
        do {
            _ = try settings("sharing: {ledger: {witnesses: [\(entry), \(entry)]}}")
            Issue.record("a repeated witness was accepted")
        } catch let faults as ConfigurationFaults {
            #expect(faults.report(file: "f").hasSuffix("two witnesses have the same key"))
        }
    }
}
