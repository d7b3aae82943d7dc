import Anchoring
import Storage
import Testing

@Suite struct StuckAnchorTests {
    @Test("What waits too long is replaced in its slot; the loser is told apart once the winner is final")
    func replaced() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.wait(899)
        try await worker.pass()
        #expect(bench.chain.taken.count == 1)
        bench.wait(1)
        bench.publish(9)
        try await worker.pass()
        #expect(bench.events() == ["sent", "replaced"])
        #expect(try await bench.states() == [.sent, .sent])
        bench.chain.mine()
        bench.wait(600)
        try await worker.pass()
        // The next begins, since one of the slot is in a block.
        #expect(try await bench.states() == [.sent, .included, .sent])
        bench.chain.mine(2)
        try await worker.pass()
        #expect(try await bench.states() == [.replaced, .confirmed, .included])
        #expect(bench.chain.inBlocks == [WorkerBench.commitment(5), WorkerBench.commitment(9)])
    }

    @Test("The replaced one may be mined all the same, and then counts")
    func olderWins() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        let first = try #require(try await bench.store.newest(1).first?.prepared)
        bench.wait(900)
        try await worker.pass()
        bench.chain.change { $0.mempool = [first] }
        bench.chain.mine(3)
        try await worker.pass()
        #expect(try await bench.states() == [.confirmed, .replaced])
    }

    @Test("What pays as much as is permitted waits, and that is told")
    func noMoreMoney() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.chain.change { $0.mayBid = false }
        bench.publish(5)
        try await worker.pass()
        bench.wait(900)
        try await worker.pass()
        #expect(bench.events() == ["sent", "stuck"])
        #expect(try await bench.states() == [.sent])
    }

    @Test("Where the network takes no replacement, the first goes on waiting, and the other stands by")
    func noReplacements() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.chain.change { $0.takesReplacements = false }
        bench.publish(5)
        try await worker.pass()
        bench.wait(900)
        try await worker.pass()
        try await worker.pass()
        #expect(bench.events() == ["sent", "stuck"])
        #expect(try await bench.states() == [.sent, .prepared])
        // The node forgets: the one that pays more is sent then.
        bench.chain.change { $0.mempool = [] }
        try await worker.pass()
        bench.chain.mine(3)
        try await worker.pass()
        #expect(try await bench.states() == [.replaced, .confirmed])
    }
}
