import TransparencyLog

/// `sharing.ledger`: who watches over the ledger.
enum LedgerSection {
    static let mostWitnesses = 32

    static func settings(_ ledger: MappingReader?) -> LedgerSettings {
        ledger?.allow(["witnesses", "quorum", "interval", "anchors"])
        let witnesses = ledger?.mappings("witnesses", most: mostWitnesses, "witnesses", witness) ?? []
        let quorum = ledger?.integer("quorum", in: 1...mostWitnesses) ?? witnesses.count
        do {
            _ = try WitnessPolicy(witnesses.map(\.key), quorum: quorum)
        } catch {
            ledger?.fault(error.description, ledger?.has("quorum") == true ? "quorum" : "witnesses")
        }
        return LedgerSettings(
            witnesses: witnesses, quorum: quorum,
            interval: ledger?.duration("interval", in: .seconds(1)...(.seconds(3600))) ?? .seconds(1),
            anchors: AnchorsSection.anchors(ledger))
    }

    private static func witness(_ reader: MappingReader) -> LedgerSettings.Witness? {
        reader.allow(["vkey", "url"])
        reader.require("vkey", "the verifier key that the witness prints when it starts")
        reader.require("url", "where the witness takes add-checkpoint, without that")
        let url = reader.text("url", AddressRule.service, AddressRule.checkService)
        guard let text = reader.text("vkey") else { return nil }
        do {
            let key = try NoteKey(parsing: text)
            guard key.type == .cosignature else {
                reader.fault(WitnessPolicyFault.notWitness(key.name).description, "vkey")
                return nil
            }
            return url.map { LedgerSettings.Witness(key: key, url: $0) }
        } catch {
            reader.fault(error.description, "vkey")
            return nil
        }
    }
}
