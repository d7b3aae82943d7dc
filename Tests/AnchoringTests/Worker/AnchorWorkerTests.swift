import Anchoring
import Storage
import Testing

@Suite struct AnchorWorkerTests {
    @Test("Anchors a log when it has grown, once for each interval, and follows it to its end")
    func anchors() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        try await worker.pass()
        #expect(try await bench.states() == [])
        bench.publish(5)
        try await worker.pass()
        #expect(try await bench.states() == [.sent])
        bench.publish(6)
        try await worker.pass()
        bench.chain.mine()
        try await worker.pass()
        #expect(try await bench.states() == [.included])
        bench.chain.mine(2)
        try await worker.pass()
        #expect(try await bench.states() == [.confirmed])
        #expect(bench.events() == ["sent", "included", "confirmed"])
        bench.wait(600)
        try await worker.pass()
        try await worker.pass()
        #expect(try await bench.states() == [.confirmed, .sent])
        bench.chain.mine()
        #expect(bench.chain.inBlocks == [WorkerBench.commitment(5), WorkerBench.commitment(6)])
        bench.wait(6000)
        try await worker.pass()
        #expect(bench.chain.taken.count == 2)
    }

    @Test("An empty log is not anchored")
    func emptyLog() async throws {
        let bench = try await WorkerBench()
        bench.publish(0)
        try await bench.worker().pass()
        #expect(try await bench.states() == [])
    }

    @Test("What was in a dropped block is sent again, the same bytes, and found in another block", arguments: [1, 3])
    func reorganization(depth: Int) async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.chain.mine(depth)
        try await worker.pass()
        let before = try #require(try await bench.store.newest(1).first?.block)
        bench.chain.drop(depth)
        try await worker.pass()
        #expect(try await bench.states() == [.sent])
        #expect(try await bench.store.newest(1).first?.block == nil)
        bench.chain.mine(3)
        try await worker.pass()
        #expect(try await bench.states() == [.confirmed])
        #expect(try await bench.store.newest(1).first?.block != before)
        #expect(bench.chain.taken.count == 1)
        #expect(Array(bench.events().suffix(4)) == ["reorganized", "sentAgain", "included", "confirmed"])
    }

    @Test("A block of the same height with another hash is noticed")
    func anotherBlock() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.chain.mine()
        try await worker.pass()
        let prepared = try #require(try await bench.store.newest(1).first?.prepared)
        bench.chain.drop(1)
        bench.chain.change { $0.mempool = [prepared] }
        bench.chain.mine()
        try await worker.pass()
        #expect(bench.events().suffix(2) == ["reorganized", "included"])
    }

    @Test("What can never be mined any more is given up, and the newest checkpoint anchored at once")
    func conflict() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.chain.change { state in
            state.mempool = []
            state.usedSlots = ["slot 1"]
        }
        bench.publish(8)
        try await worker.pass()
        #expect(try await bench.states() == [.lost, .sent])
        bench.chain.mine()
        #expect(bench.chain.inBlocks == [WorkerBench.commitment(8)])
    }

    @Test("A refusal by the contract is told, and tried again only after the interval")
    func reverted() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.chain.change { $0.reverts = true }
        bench.chain.mine()
        try await worker.pass()
        try await worker.pass()
        #expect(try await bench.states() == [.reverted])
        #expect(bench.events() == ["sent", "reverted"])
        bench.wait(600)
        try await worker.pass()
        #expect(try await bench.states() == [.reverted, .sent])
    }

    @Test("A log that lost entries, or has another root than was anchored, is told and not anchored")
    func forked() async throws {
        let bench = try await WorkerBench()
        let worker = bench.worker()
        bench.publish(5)
        try await worker.pass()
        bench.chain.mine()
        bench.publish(4)
        await #expect(throws: AnchorFailure.logWentBack(anchored: 5, now: 4)) { try await worker.pass() }
        bench.publish(5, root: 77)
        await #expect(throws: AnchorFailure.logForked(size: 5)) { try await worker.pass() }
        #expect(bench.chain.taken.count == 1)
    }

    @Test("A node of another chain is asked nothing more")
    func wrongChain() async throws {
        let bench = try await WorkerBench()
        let failure = AnchorFailure.wrongChain(expected: "1", found: "5")
        bench.chain.change { $0.nodeFailure = failure }
        bench.publish(5)
        await #expect(throws: failure) { try await bench.worker().pass() }
        #expect(try await bench.states() == [])
    }
}
