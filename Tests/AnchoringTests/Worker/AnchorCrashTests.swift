import Anchoring
import Testing

/// A process ends at any moment, and another goes on.
@Suite struct AnchorCrashTests {
    @Test(
        "Ended before the sending, or before the answer: the other sends the same, and there is one anchor",
        arguments: [FakeChain.BroadcastBehaviour.fails, .takesAndFails])
    func aroundSending(behaviour: FakeChain.BroadcastBehaviour) async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        bench.chain.change { $0.broadcast = behaviour }
        await #expect(throws: FakeChain.away) { try await bench.worker(1).pass() }
        #expect(try await bench.states() == [.prepared])
        bench.chain.change { $0.broadcast = .takes }
        #expect(try await bench.worker(2).pass() == .notHeld)
        bench.wait(31)
        bench.publish(6)
        #expect(try await bench.worker(2).pass() == .done)
        #expect(try await bench.states() == [.sent])
        bench.chain.mine(3)
        try await bench.worker(2).pass()
        #expect(bench.chain.inBlocks == [WorkerBench.commitment(5)])
        #expect(bench.chain.taken.count == 1)
    }

    @Test("Mined before the other looks, it is found")
    func minedMeanwhile() async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        bench.chain.change { $0.broadcast = .takesAndFails }
        await #expect(throws: FakeChain.away) { try await bench.worker(1).pass() }
        bench.chain.mine(3)
        bench.wait(31)
        try await bench.worker(2).pass()
        #expect(try await bench.states() == [.confirmed])
        #expect(bench.chain.taken.count == 1)
    }

    @Test("Of two processes one anchors, and lets the other at its end")
    func oneWorker() async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        let (first, second) = (bench.worker(1), bench.worker(2))
        #expect(try await first.pass() == .done)
        #expect(try await second.pass() == .notHeld)
        await second.release()
        #expect(try await second.pass() == .notHeld)
        await first.release()
        #expect(try await second.pass() == .done)
        #expect(try await first.pass() == .notHeld)
        #expect(bench.chain.taken.count == 1)
    }

    @Test("Of many at once one gets the lease")
    func leaseRace() async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        let done = await withTaskGroup(of: Bool.self) { group in
            for holder in UInt8(1)...16 {
                group.addTask { (try? await bench.worker(holder).pass()) == .done }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(done == 1)
        #expect(bench.chain.taken.count == 1)
    }

    @Test("Who was slow, and lost the lease meanwhile, sends nothing")
    func slowWorker() async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        bench.chain.change { state in
            state.whilePreparing = {
                bench.chain.change { $0.whilePreparing = nil }
                bench.wait(31)
                _ = try? await bench.worker(2).pass()
            }
        }
        await #expect(throws: AnchorFailure.leaseLost) { try await bench.worker(1).pass() }
        #expect(bench.chain.taken.count == 1)
        #expect(try await bench.states() == [.sent])
    }

    @Test("A lease that has ended is nobody's, even if nobody took it")
    func endedLease() async throws {
        let bench = try await WorkerBench()
        bench.publish(5)
        bench.chain.change { state in state.whilePreparing = { bench.wait(31) } }
        await #expect(throws: AnchorFailure.leaseLost) { try await bench.worker(1).pass() }
        #expect(bench.chain.taken.isEmpty)
    }
}
