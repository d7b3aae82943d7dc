import Foundation
import Verifier

/// Questions to the person at the terminal, on standard error so that standard output stays for results.
enum WalletTerminal {

    /// The answer to a question without white space around it; nil at the end of input.
    static func ask(_ question: String) -> String? {
        // What the question is about may still be in standard output's buffer.
        fflush(nil)
        FileHandle.standardError.write(Data((question.printable() + " ").utf8))
        let answer = readLine()?.trimmingCharacters(in: .whitespacesAndNewlines)
        // Whoever types an answer ends the line with it.
        if answer == nil || isatty(STDIN_FILENO) == 0 { FileHandle.standardError.write(Data("\n".utf8)) }
        return answer
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
