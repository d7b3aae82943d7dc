/// A mailbox's address, RFC 5321 §4.1.2, with characters outside ASCII as RFC 6531 §3.3 allows.
///
/// Quoted local parts and address literals, which hardly anybody has, are not accepted.
package struct EmailAddress: Sendable, Equatable {
    package let text: String
    /// From behind the `@`.
    let domain: String

    /// - Throws: `malformed(.emailAddress)`.
    package init(_ text: String) throws(MessageFault) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else {
            throw .malformed(.emailAddress)
        }
        (self.text, domain) = (text, String(parts[1]))
    }

    /// Whether mail servers without SMTPUTF8 can take it.
    var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func isLocalPart(_ part: Substring) -> Bool {
        let atoms = part.split(separator: ".", omittingEmptySubsequences: false)
        return (1...64).contains(part.utf8.count)
            && atoms.allSatisfy { atom in !atom.isEmpty && atom.unicodeScalars.allSatisfy(isAtomScalar) }
    }

    private static func isDomain(_ domain: Substring) -> Bool {
        let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.utf8.first != UInt8(ascii: "-")
                && label.utf8.last != UInt8(ascii: "-")
                && label.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII ? scalar == "-" || scalar.isLetterOrDigit : isInternational(scalar)
                }
        }
    }

    private static func isAtomScalar(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.isASCII else { return isInternational(scalar) }
        return scalar.isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".unicodeScalars.contains(scalar)
    }

    /// Letters, marks, digits and symbols: nothing that shows nowhere or changes direction.
    private static func isInternational(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}

extension Unicode.Scalar {
    /// Of ASCII.
    var isLetterOrDigit: Bool {
        ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self)
    }
}
