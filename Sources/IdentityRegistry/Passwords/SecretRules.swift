import Foundation

/// Why a text cannot be a person's password or PIN.
package enum SecretRuleFault: Error, Sendable, Equatable {
    case tooShort(minimum: Int)
    case tooLong(maximum: Int)
    case notDigits
    case controlCharacter
    /// It begins as a hash does, but is none, or one that costs too little or too much.
    case malformedHash
}

extension SecretRuleFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooShort(let minimum): "shorter than \(minimum) characters"
        case .tooLong(let maximum): "longer than \(maximum) characters"
        case .notDigits: "has something else than digits"
        case .controlCharacter: "has a control character"
        case .malformedHash: "not a usable scrypt hash ($scrypt$ln=15,r=8,p=1$salt$hash, ln from 12 to 17)"
        }
    }
}

extension SecretKind {
    /// Unicode scalars of a password in NFC.
    package static let passwordLengths = 8...1000
    package static let pinLengths = 4...12

    /// - Throws: what about `secret` is against the rules for new secrets of this kind.
    package func check(_ secret: String) throws(SecretRuleFault) {
        let lengths = self == .pin ? Self.pinLengths : Self.passwordLengths
        let scalars = secret.precomposedStringWithCanonicalMapping.unicodeScalars
        let count = scalars.prefix(lengths.upperBound + 1).count
        guard count >= lengths.lowerBound else { throw .tooShort(minimum: lengths.lowerBound) }
        guard count <= lengths.upperBound else { throw .tooLong(maximum: lengths.upperBound) }
        switch self {
        case .pin:
            guard scalars.allSatisfy({ (0x30...0x39).contains($0.value) }) else { throw .notDigits }
        case .password:
            guard !scalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw .controlCharacter
            }
        }
    }
}
