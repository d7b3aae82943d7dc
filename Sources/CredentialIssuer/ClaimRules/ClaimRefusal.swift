/// Why the claims of a credential cannot be made: everything that is wrong, by claim, and no value of any.
package struct ClaimRefusal: Error, Sendable, Equatable {
    package struct Problem: Sendable, Equatable {
        /// The claim, such as `address.country` or `languages[1]`.
        package let path: String
        package let fault: Fault

        package init(path: String, fault: Fault) {
            (self.path, self.fault) = (path, fault)
        }
    }

    package enum Fault: Sendable, Equatable {
        case missing
        case unknown
        case empty
        case tooLong
        case controlCharacter
        case notText
        case notAnInteger
        case notABoolean
        case notADate
        /// Neither a JPEG nor a PNG as a data URI.
        case notAnImage
        case imageTooLarge
        case notAnObject
        case notAnArray
        case tooManyElements
        /// Pushed with another value than the constant.
        case notTheConstant
        /// The record has a value of another type, as after a change of the registry's schema.
        case otherTypeInRecord
    }

    /// Never empty.
    package let problems: [Problem]

    package init(problems: [Problem]) {
        self.problems = problems
    }
}

extension ClaimRefusal: CustomStringConvertible {
    package var description: String { problems.map(\.description).joined(separator: "; ") }
}

extension ClaimRefusal.Problem: CustomStringConvertible {
    package var description: String { "\(path): \(fault)" }
}

extension ClaimRefusal.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "required but missing"
        case .unknown: "not a claim of this credential"
        case .empty: "empty"
        case .tooLong: "longer than \(TextRule.maximumCharacters) characters"
        case .controlCharacter: "has a control character"
        case .notText: "not a text"
        case .notAnInteger: "not a whole number"
        case .notABoolean: "neither true nor false"
        case .notADate: "not a date written as YYYY-MM-DD"
        case .notAnImage: "not a JPEG or PNG image in a data URI"
        case .imageTooLarge: "the image is too large"
        case .notAnObject: "not an object of claims"
        case .notAnArray: "not an array of texts"
        case .tooManyElements: "more than \(TextRule.maximumElements) entries"
        case .notTheConstant: "always the same, and not this"
        case .otherTypeInRecord: "the person's record holds another type; import it again"
        }
    }
}

/// Where a claim is while a tree of rules is walked: costs nothing until a problem is reported.
indirect enum ClaimPath {
    case root
    case member(of: ClaimPath, String)
    case element(of: ClaimPath, Int)

    var text: String {
        switch self {
        case .root: ""
        case .member(of: .root, let name): Self.printable(name)
        case .member(of: let parent, let name): parent.text + "." + Self.printable(name)
        case .element(of: let parent, let index): parent.text + "[\(index)]"
        }
    }

    /// Names of unknown claims come from outside: short, and on one line.
    private static func printable(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.prefix(64).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
