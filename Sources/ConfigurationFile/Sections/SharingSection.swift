/// `sharing`: consented data sharing. The section switches it on, even when there is nothing in it.
enum SharingSection {
    static func settings(_ file: MappingReader) -> SharingSettings? {
        guard let entry = file["sharing"] else { return nil }
        // `sharing:` alone.
        let sharing = entry.isScalar && entry.text == nil ? nil : file.mapping("sharing")
        sharing?.allow(["registration", "release_lifetime", "market_timeout", "organizations", "scopes", "ledger"])
        let registration: SharingSettings.Registration? = sharing?.choice("registration")
        return SharingSettings(
            registration: registration ?? .closed,
            releaseLifetime: sharing?.duration("release_lifetime", in: .seconds(60)...(.seconds(600))) ?? .seconds(600),
            marketTimeout: sharing?.duration("market_timeout", in: .seconds(1)...(.seconds(30))) ?? .seconds(5),
            organizations: SharingMembersSection.organizations(sharing), scopes: SharingMembersSection.scopes(sharing),
            ledger: LedgerSection.settings(sharing?.mapping("ledger")))
    }
}
