import CredentialFormats
import WireFormats

/// A credential as one QR code holds it: the text itself, which anybody can have checked.
package struct PaperCredential: Sendable, Equatable {
    /// What the largest code holds: ISO/IEC 18004, version 40, level L, in bytes.
    package static let maximumBytes = 2953

    /// As it was issued, with fewer disclosures where it has some.
    package let text: String
    /// The claims that are left out, by their names from the outermost in.
    package let omitted: [[String]]

    /// Nil if it does not fit.
    package init?(_ credential: CredentialInHand) {
        guard credential.isSDJWT else {
            guard credential.text.utf8.count <= Self.maximumBytes else { return nil }
            (text, omitted) = (credential.text, [])
            return
        }
        guard let parsed = try? UnverifiedSDJWT(parsing: credential.text), parsed.keyBindingJWT == nil,
            let claims = DisclosedClaim.claims(of: parsed)
        else { return nil }
        let token = Array(credential.text.utf8.prefix { $0 != UInt8(ascii: "~") })
        let selection = DisclosureSelection(of: claims, fitting: Self.maximumBytes - token.count - 1)
        guard let selection else { return nil }
        let parts = [token] + zip(claims, selection.isKept).filter(\.1).map(\.0.encoded)
        text = parts.map { String(decoding: $0, as: UTF8.self) + "~" }.joined()
        omitted = selection.omitted
    }
}

/// Which disclosures are kept.
private struct DisclosureSelection {
    private(set) var isKept: [Bool]
    private let claims: [DisclosedClaim]

    /// Leaves out pictures, then the largest, until the rest fits; nil if it does not even with none.
    init?(of claims: [DisclosedClaim], fitting limit: Int) {
        self.claims = claims
        isKept = claims.map { !$0.isPicture }
        dropOrphans()
        while size > limit {
            let kept = claims.indices.filter { isKept[$0] }
            guard let largest = kept.max(by: { claims[$0].encoded.count < claims[$1].encoded.count }) else {
                return nil
            }
            isKept[largest] = false
            dropOrphans()
        }
    }

    private var size: Int { zip(claims, isKept).reduce(0) { $0 + ($1.1 ? $1.0.encoded.count + 1 : 0) } }

    /// RFC 9901 §7.1 step 5: a disclosure that nothing refers to would make the rest invalid.
    private mutating func dropOrphans() {
        var isChanging = true
        while isChanging {
            isChanging = false
            for (index, claim) in claims.enumerated() {
                if let parent = claim.parent, isKept[index], !isKept[parent] {
                    isKept[index] = false
                    isChanging = true
                }
            }
        }
    }

    /// Each once; what is in something that is left out goes without saying.
    var omitted: [[String]] {
        var paths: [[String]] = []
        for (index, claim) in claims.enumerated() where !isKept[index] {
            let isInside = claim.parent.map { !isKept[$0] } ?? false
            if !isInside, !paths.contains(claim.path) { paths.append(claim.path) }
        }
        return paths
    }
}
