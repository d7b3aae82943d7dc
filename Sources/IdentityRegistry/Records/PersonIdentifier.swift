/// The syntax of a person's identifier: 1 to 128 visible ASCII characters.
package enum PersonIdentifier {
    package static let maximumCharacters = 128

    package static func check(_ text: some StringProtocol) -> Bool {
        let characters = text.utf8
        return (1...maximumCharacters).contains(characters.count)
            && characters.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
