import TestSupport

/// Mutation of one target's samples, the same for the same seed.
package struct FuzzRun {
    private let target: FuzzTarget
    private var generator: SeededGenerator
    /// Samples and, behind them, accepted mutants.
    private var corpus: [[UInt8]]
    private let sampleCount: Int
    package private(set) var iterations = 0
    package private(set) var accepted = 0

    private static let maximumCorpus = 256
    private static let maximumBytes = 16 * 1024

    package init(target: FuzzTarget, seed: UInt64) {
        self.target = target
        generator = SeededGenerator(seed: seed)
        corpus = target.samples
        sampleCount = corpus.count
    }

    /// The samples themselves: each must be accepted, or mutating it finds little.
    package func checkSamples() throws(BrokenPromise) {
        for sample in target.samples {
            try hold("a sample of \(target.rawValue) is accepted", for: sample, try target.check(sample))
        }
    }

    package mutating func step() throws(BrokenPromise) {
        iterations += 1
        let parent = corpus.randomElement(using: &generator) ?? []
        let mutant = parent.mutated(by: &generator, dictionary: Samples.dictionary)
        guard mutant.count <= Self.maximumBytes, try target.check(mutant) else { return }
        accepted += 1
        if corpus.count < Self.maximumCorpus {
            corpus.append(mutant)
        } else {
            corpus[Int.random(in: sampleCount..<corpus.count, using: &generator)] = mutant
        }
    }
}
