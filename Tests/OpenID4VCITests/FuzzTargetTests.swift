import FuzzTargets
import Testing

/// A bounded part of what `script/fuzz` does for longer: nothing crashes and no promise is broken.
@Suite("Fuzzing")
struct FuzzTargetTests {
    @Test(
        "The samples of every target are accepted, so that mutation begins past the first check",
        arguments: FuzzTarget.allCases)
    func samples(target: FuzzTarget) throws {
        #expect(!target.samples.isEmpty)
        try FuzzRun(target: target, seed: 1).checkSamples()
    }

    @Test("Mutated input of every parser keeps its promises", arguments: FuzzTarget.allCases, [1, 2] as [UInt64])
    func mutants(target: FuzzTarget, seed: UInt64) throws {
        var run = FuzzRun(target: target, seed: seed)
        for _ in 0..<2000 { try run.step() }
        #expect(run.iterations == 2000)
    }

    @Test("The same seed gives the same run")
    func seeds() throws {
        var counts: [Int] = []
        for seed in [7, 7, 8] as [UInt64] {
            var run = FuzzRun(target: .json, seed: seed)
            for _ in 0..<500 { try run.step() }
            counts.append(run.accepted)
        }
        #expect(counts[0] == counts[1])
        #expect(counts[0] > 0)
    }
}
