import ArgumentParser
import FuzzTargets

/// Mutates accepted inputs of the parsers of outside bytes. A crash ends the process; the seed printed first repeats it.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vouchsafe-fuzz", abstract: "Fuzzes the parsers of bytes from outside.")

    @Option(help: "How long each target is fuzzed.")
    var seconds: Int = 10

    @Option(help: "The same seed gives the same inputs.")
    var seed: UInt64 = 1

    @Option(help: "A target by name, or all.")
    var target: String = "all"

    @Flag(help: "Print the names of the targets and do nothing else.")
    var list = false

    func validate() throws {
        guard seconds > 0 else { throw ValidationError("--seconds is at least 1.") }
        guard target == "all" || FuzzTarget(rawValue: target) != nil else {
            throw ValidationError("There is no target \(target). Targets: \(Self.names.joined(separator: ", ")).")
        }
    }

    func run() throws {
        guard !list else { return print(Self.names.joined(separator: "\n")) }
        for target in FuzzTarget(rawValue: target).map({ [$0] }) ?? FuzzTarget.allCases { try fuzz(target) }
    }

    private func fuzz(_ target: FuzzTarget) throws {
        print("\(target.rawValue): \(seconds) s, seed \(seed)")
        var run = FuzzRun(target: target, seed: seed)
        try run.checkSamples()
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while ContinuousClock.now < end {
            for _ in 0..<64 { try run.step() }
        }
        print("\(target.rawValue): \(run.iterations) iterations, \(run.accepted) accepted, no crash, no broken promise")
    }

    private static var names: [String] { FuzzTarget.allCases.map(\.rawValue) }
}
