/// A command as pages show it: lines break between its words, so that `--tx-code` does not end up on two.
struct ShownCommand: Sendable {
    struct Word: Sendable {
        /// What stands before the word.
        let separator: String
        let text: String
    }

    let words: [Word]

    init(_ command: String) {
        words = command.split(separator: " ").enumerated().map { index, word in
            Word(separator: index == 0 ? "" : " ", text: String(word))
        }
    }
}
