import AuthorizationServer
import CredentialIssuer
import OAuth
import SQLStatements
import Storage
import Testing
import TransactionTimeline

/// Nothing is ever spent twice, whoever races.
@Suite struct SingleUseRaceTests {
    @Test("Of 64 who redeem one code at once, in two processes, one gets a token")
    func redeemsOnce() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer()
        let results = try await race(64, over: test) { database in
            try await SQLPreAuthorizedGrantStore(database: database).redeem(TestDatabase.redemption(of: offer))
        }
        #expect(results.count { $0.isSuccess } == 1)
        #expect(results.count { $0.refusal == .spent } == 63)
    }

    @Test("Of 64 who spend one nonce at once, in two processes, one gets a credential")
    func spendsNonceOnce() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertRedeemedOffer()
        let nonce = TicketID(at: TestDatabase.now)
        let results = try await race(64, over: test) { database in
            try await test.issuance(over: database).record(TestDatabase.issuance(under: offer, nonces: [nonce]))
        }
        #expect(results.count { $0.isSuccess } == 1)
        #expect(results.count { $0.refusal == .nonceSpent } == 63)
        #expect(try await test.offers.timeline(of: offer).count { $0.step == .credential } == 1)
    }

    @Test("Of batches that share nonces in any order, whole ones are spent or nothing of them")
    func spendsBatchesWhole() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertRedeemedOffer()
        let nonces = (0..<8).map { _ in TicketID(at: TestDatabase.now) }
        let results = try await race(32, over: test) { database in
            let batch = Array(nonces.shuffled().prefix(3))
            let result = try await test.issuance(over: database).record(
                TestDatabase.issuance(under: offer, nonces: batch))
            return result.isSuccess ? batch : []
        }
        let spent = results.flatMap { $0 }
        #expect(Set(spent).count == spent.count)
        #expect(!spent.isEmpty)
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == Int64(spent.count))
    }

    @Test("Of 64 wrong transaction codes at once five are counted, and then the right one is of no use")
    func countsEveryWrongCode() async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertOffer(txCodeMAC: [1])
        let results = try await race(64, over: test) { database in
            try await SQLPreAuthorizedGrantStore(database: database).redeem(
                TestDatabase.redemption(of: offer, txCodeMAC: [2]))
        }
        let wrong = results.compactMap { result -> Int? in
            guard case .txCodeWrong(let left) = result.refusal else { return nil }
            return left
        }
        #expect(wrong.sorted() == [0, 1, 2, 3, 4])
        #expect(results.count { $0.refusal == .locked } == 59)
        let right = try await test.grants.redeem(TestDatabase.redemption(of: offer, txCodeMAC: [1]))
        #expect(right.refusal == .locked)
    }

    @Test("Nothing is recorded as issued after a cancellation was acknowledged", arguments: 0..<4)
    func cancellationEndsIssuing(_ round: Int) async throws {
        let test = try await TestDatabase()
        let offer = try await test.insertRedeemedOffer()
        #expect(try await test.issuance.grant(for: offer) != nil)
        let recordedBefore = try await withThrowingTaskGroup(of: Int?.self) { group in
            for index in 0..<80 {
                if index == 20 {
                    group.addTask {
                        #expect(try await test.offers.cancel(offer, at: TestDatabase.now))
                        let recorded = try await test.offers.timeline(of: offer).count { $0.step == .credential }
                        for database in [test.database, test.otherProcess] {
                            let late = TestDatabase.issuance(under: offer, nonces: [TicketID(at: TestDatabase.now)])
                            let result = try await test.issuance(over: database).record(late)
                            #expect(result.refusal == .accessEnded)
                        }
                        return recorded
                    }
                }
                let store = test.issuance(over: index.isMultiple(of: 2) ? test.database : test.otherProcess)
                group.addTask {
                    let nonces = [TicketID(at: TestDatabase.now)]
                    let result = try await store.record(TestDatabase.issuance(under: offer, nonces: nonces))
                    #expect(result.isSuccess || result.refusal == .accessEnded)
                    return nil
                }
            }
            return try await group.reduce(nil) { $0 ?? $1 }
        }
        let recorded = try await test.offers.timeline(of: offer).count { $0.step == .credential }
        #expect(recorded == recordedBefore)
        #expect(try await test.count("SELECT COUNT(*) FROM spent_nonces") == Int64(recorded))
        #expect(try await test.issuance.grant(for: offer) == nil)
    }

    @Test("Nothing is recorded for an offer that nobody redeemed, or whose access is over")
    func needsAccess() async throws {
        let test = try await TestDatabase()
        let nonces = [TicketID(at: TestDatabase.now)]
        let open = try await test.insertOffer()
        #expect(
            try await test.issuance.record(TestDatabase.issuance(under: open, nonces: nonces)).refusal == .accessEnded)
        let redeemed = try await test.insertRedeemedOffer()
        let late = TestDatabase.issuance(under: redeemed, nonces: nonces, at: TestDatabase.soon)
        #expect(try await test.issuance.record(late).refusal == .accessEnded)
        #expect(try await test.issuance.record(TestDatabase.issuance(under: redeemed, nonces: nonces)).isSuccess)
    }

    /// Runs `act` so many times at once, half of them in the other process.
    private func race<T: Sendable>(
        _ count: Int, over test: TestDatabase, _ act: @escaping @Sendable (any SQLDatabase) async throws -> T
    ) async throws -> [T] {
        try await withThrowingTaskGroup(of: T.self) { group in
            for index in 0..<count {
                group.addTask { try await act(index.isMultiple(of: 2) ? test.database : test.otherProcess) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }
}
