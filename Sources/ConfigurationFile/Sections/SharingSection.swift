/// `sharing`: consented data sharing.
enum SharingSection {
    static func anchors(_ file: MappingReader) -> [AnchorSettings] {
        let sharing = file.mapping("sharing")
        sharing?.allow(["ledger"])
        let ledger = sharing?.mapping("ledger")
        ledger?.allow(["anchors"])
        return AnchorsSection.anchors(ledger)
    }
}
