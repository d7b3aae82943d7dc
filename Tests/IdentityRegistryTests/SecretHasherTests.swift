import Crypto
import Synchronization
import Testing

@testable import IdentityRegistry

@Suite("Verifying passwords and PINs")
struct SecretHasherTests {
    private static let keys = IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 1, count: 32)))
    private static let cheap = SecretHasher.Costs(password: cost(5), pin: cost(4))

    private static func cost(_ logCost: Int) -> ScryptHash.Parameters {
        ScryptHash.Parameters(logCost: logCost, blockSize: 8, parallelism: 1) ?? .password
    }

    private func hasher(keys: IdentityKeys = keys) -> SecretHasher {
        SecretHasher(pool: HashingPool(threads: 2), keys: keys, costs: Self.cheap)
    }

    @Test("A secret is verified against its own hash and no other", arguments: SecretKind.allCases)
    func verifies(kind: SecretKind) async throws {
        let hash = try await hasher().hash("12345678", as: kind)
        #expect(try await hasher().verify("12345678", against: hash, as: kind))
        #expect(try await !hasher().verify("12345679", against: hash, as: kind))
        #expect(try await !hasher().verify("", against: hash, as: kind))
        #expect(try await !hasher().verify(String(repeating: "1", count: 5000), against: hash, as: kind))
        #expect(try await !hasher().verify("12345678", against: nil, as: kind))
        #expect(try await hasher().hash("12345678", as: kind) != hash)
    }

    @Test("A PIN's hash is of no use without this installation's pepper; a password's is")
    func pepper() async throws {
        let others = hasher(keys: IdentityKeys(root: SymmetricKey(data: [UInt8](repeating: 2, count: 32))))
        let pin = try await hasher().hash("1234", as: .pin)
        let password = try await hasher().hash("correct horse", as: .password)
        #expect(pin.pepperID == "1" && password.pepperID == nil)
        #expect(try await !others.verify("1234", against: pin, as: .pin))
        #expect(try await others.verify("correct horse", against: password, as: .password))
        let renamed = try #require(ScryptHash(pin.text.replacing("keyid=1", with: "keyid=2")))
        #expect(try await !hasher().verify("1234", against: renamed, as: .pin))
    }

    @Test("A PIN's hash from elsewhere is verified without a pepper")
    func unpeppered() async throws {
        let parameters = Self.cost(4)
        let hash = try SecretHasher.scrypt(Array("2468".utf8), Array(0..<16), parameters, 32)
        let imported = ScryptHash(parameters: parameters, pepperID: nil, salt: Array(0..<16), hash: hash)
        #expect(try await hasher().verify("2468", against: imported, as: .pin))
        #expect(try await !hasher().verify("2469", against: imported, as: .pin))
    }

    @Test("The same letters, composed or decomposed, are the same password")
    func normalized() async throws {
        let hash = try await hasher().hash("Am\u{E9}lie \u{C5}ngqvist", as: .password)
        #expect(try await hasher().verify("Ame\u{301}lie A\u{30A}ngqvist", against: hash, as: .password))
        #expect(try await !hasher().verify("Amelie Angqvist", against: hash, as: .password))
    }

    @Test("Nobody's secret costs exactly what somebody's costs", arguments: SecretKind.allCases)
    func sameWork(kind: SecretKind) async throws {
        let work = Mutex<[String]>([])
        let hasher = SecretHasher(pool: HashingPool(threads: 1), keys: Self.keys, costs: Self.cheap) {
            secret, salt, parameters, length in
            work.withLock { $0.append("\(salt.count) \(parameters) \(length)") }
            return try SecretHasher.scrypt(secret, salt, parameters, length)
        }
        let hash = try await hasher.hash("87654321", as: kind)
        work.withLock { $0 = [] }
        for secret in ["87654321", "12345678", "", String(repeating: "9", count: 100_000)] {
            for stored in [hash, nil] { _ = try await hasher.verify(secret, against: stored, as: kind) }
        }
        let done = work.withLock { $0 }
        #expect(done.count == 8)
        #expect(Set(done).count == 1)
    }

    @Test("Published hashes are verified: RFC 7914 §12, and one of another program")
    func publishedHashes() async throws {
        let published = try #require(
            ScryptHash(
                "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr5"
                    + "5h6F3A1lHkDfzwF7RVdYhw"))
        #expect(try await hasher().verify("pleaseletmein", against: published, as: .password))
        let other = try #require(
            ScryptHash(
                "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"))
        #expect(try await hasher().verify("password", against: other, as: .password))
    }

    private static let examples: [(SecretKind, String, SecretRuleFault?)] = [
        (.password, "1234567", .tooShort(minimum: 8)), (.password, "12345678", nil),
        (.password, "e\u{301}e\u{301}e\u{301}e\u{301}", .tooShort(minimum: 8)),
        (.password, "pass phrase ünïcode", nil), (.password, "with\tcontrol", .controlCharacter),
        (.password, String(repeating: "a", count: 1000), nil),
        (.password, String(repeating: "a", count: 1001), .tooLong(maximum: 1000)),
        (.pin, "123", .tooShort(minimum: 4)), (.pin, "1234", nil), (.pin, "123456789012", nil),
        (.pin, "1234567890123", .tooLong(maximum: 12)), (.pin, "12a4", .notDigits), (.pin, "١٢٣٤", .notDigits),
    ]

    @Test("The rules for new secrets", arguments: examples)
    func rules(kind: SecretKind, secret: String, fault: SecretRuleFault?) {
        var found: SecretRuleFault?
        do throws(SecretRuleFault) { try kind.check(secret) } catch { found = error }
        #expect(found == fault)
    }

    private final class Running: Sendable {
        let state = Mutex((now: 0, most: 0))
    }

    @Test("The pool runs no more at once than it has threads, keeps so many waiting, and refuses the rest")
    func bounded() async throws {
        let pool = HashingPool(threads: 2, capacity: 3)
        let gate = Gate()
        let running = Running()
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    do {
                        try await pool.run {
                            running.state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                            gate.wait()
                            running.state.withLock { $0.now -= 1 }
                        }
                        return true
                    } catch {
                        #expect(error is HashingBusy)
                        return false
                    }
                }
            }
            // Fifteen are refused at once; the others end when they may.
            var refused = 0
            for await outcome in group {
                if !outcome { refused += 1 }
                if refused == 15 { gate.open() }
            }
            return refused
        }
        #expect(outcomes == 15)
        #expect(running.state.withLock { $0.most } == 2)
        #expect(try await pool.run { 7 } == 7)
    }

    @Test("What a hash throws comes through")
    func failing() async {
        struct Mistake: Error {}
        await #expect(throws: Mistake.self) { try await HashingPool(threads: 1).run { throw Mistake() } }
    }
}
