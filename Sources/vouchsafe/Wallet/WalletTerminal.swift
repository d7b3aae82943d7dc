import Foundation
import Verifier

/// Questions to the person at the terminal, on standard error so that standard output stays for results.
enum WalletTerminal {
    /// Writes one line of text, some of which may come from outside.
    static func tell(_ line: String) {
        FileHandle.standardError.write(Data((line.printable(limit: 2000) + "\n").utf8))
    }

    /// The answer to a question without white space around it; nil at the end of input.
    static func ask(_ question: String) -> String? {
        FileHandle.standardError.write(Data((question.printable() + " ").utf8))
        return readLine()?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Whether the person says yes. An empty answer, and the end of input, mean no.
    static func confirms(_ question: String) -> Bool {
        ["y", "yes"].contains(ask(question + " [y/N]")?.lowercased())
    }

    /// The person's languages by the environment, as in `de_CH.UTF-8`.
    static var languages: [String] {
        let environment = ProcessInfo.processInfo.environment
        let setting = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        let tag = (setting ?? "").prefix { $0 != "." && $0 != "@" }.replacing("_", with: "-")
        return tag.isEmpty || tag == "C" || tag == "POSIX" ? ["en"] : [String(tag), "en"]
    }
}
