import ArgumentParser
import WalletClient

/// How the holder logs in where an issuer wants that.
struct LoginOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Under which name the wallet is known at the authorization server.", valueName: "id"))
    var clientID = "vouchsafe-wallet"

    @Flag(help: "Log in without a browser, with the answers of --login; agree to what is asked.")
    var headless = false

    @Option(
        help: ArgumentHelp(
            "With --headless: a way to log in, as the page names it (knowledge, password, pin, email_code, …). Repeat it "
                + "for a second factor. Default: what the page proposes.",
            valueName: "name"))
    var method: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "With --headless: what to fill in, such as username=…, password=…, or a fact by its field.",
            valueName: "field=value"))
    var login: [LoginAnswer] = []

    @Option(
        help: ArgumentHelp(
            "With --headless: for how long the consent holds: once, 30d or 365d. The wallet can renew what it gets only "
                + "while it does.", valueName: "time"))
    var remember = Remember.year

    enum Remember: String, ExpressibleByArgument, CaseIterable {
        case once
        case month = "30d"
        case year = "365d"
    }

    func validate() throws {
        guard headless || (method.isEmpty && login.isEmpty) else {
            throw ValidationError("--method and --login are for --headless.")
        }
        guard Set(login.map(\.field)).count == login.count else {
            throw ValidationError("--login names a field twice.")
        }
    }

    /// A code that was sent, and is not among the answers, is asked for at the terminal.
    var answers: LoginAnswers {
        LoginAnswers(
            methods: method, fields: Dictionary(uniqueKeysWithValues: login.map { ($0.field, $0.value) }),
            consent: .allow(.everything, remember: remember.rawValue)
        ) { method in WalletTerminal.ask("The code that was sent (\(method)):") }
    }
}

/// `field=value`.
struct LoginAnswer: ExpressibleByArgument {
    let field: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        (field, value) = (String(parts[0]), String(parts[1]))
    }
}
