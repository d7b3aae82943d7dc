import WireFormats

/// The SD-JWT of a scope's values in its parts, as its market keeps it.
package struct IssuedScopeValues: Sendable, Equatable {
    package struct Disclosure: Sendable, Equatable {
        package let name: String
        /// In base64url: its digest covers these very characters.
        package let encoded: String

        package init(name: String, encoded: String) { (self.name, self.encoded) = (name, encoded) }
    }

    /// Up to and without the first `~`.
    package let issuerSigned: String
    /// In the order of the values.
    package let disclosures: [Disclosure]

    package init(issuerSigned: String, disclosures: [Disclosure]) {
        (self.issuerSigned, self.disclosures) = (issuerSigned, disclosures)
    }

    /// Of the issuer-signed JWT: names this SD-JWT and no other.
    package var digestHash: MessageHash { MessageHash(of: issuerSigned) }

    /// Without disclosures, as it is pushed.
    package var digestOnly: String { issuerSigned + "~" }

    package var complete: String { presentation(of: disclosures) }

    /// With the disclosures of `names` alone, nil if one of them is not there.
    package func presenting(_ names: [String]) -> String? {
        let chosen = names.compactMap { name in disclosures.first { $0.name.hasSameBytes(as: name) } }
        return chosen.count == names.count ? presentation(of: chosen) : nil
    }

    private func presentation(of disclosures: [Disclosure]) -> String {
        issuerSigned + "~" + disclosures.map { $0.encoded + "~" }.joined()
    }
}
