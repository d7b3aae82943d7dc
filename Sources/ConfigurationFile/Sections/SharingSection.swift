/// `sharing`: consented data sharing. The section switches it on, even when there is nothing in it.
enum SharingSection {
    static func settings(_ file: MappingReader) -> SharingSettings? {
        guard let entry = file["sharing"] else { return nil }
        // `sharing:` alone.
        let sharing = entry.isScalar && entry.text == nil ? nil : file.mapping("sharing")
        sharing?.allow(["ledger"])
        return SharingSettings(ledger: LedgerSection.settings(sharing?.mapping("ledger")))
    }
}
