import Synchronization

/// Places under limits that are taken while an answer is looked up in this process.
final class PlacesInHand: Sendable {
    private let taken = Mutex<[[UInt8]: Int]>([:])

    /// Takes a place under each; false, and none, where one has none left beside what is counted already.
    func take(_ counters: [AttemptCounter], standing: [Int]) -> Bool {
        taken.withLock { taken in
            for (counter, count) in zip(counters, standing)
            where count + (taken[counter.key] ?? 0) >= counter.limit {
                return false
            }
            for counter in counters { taken[counter.key, default: 0] += 1 }
            return true
        }
    }

    func giveBack(_ counters: [AttemptCounter]) {
        taken.withLock { taken in
            for counter in counters {
                let left = (taken[counter.key] ?? 1) - 1
                taken[counter.key] = left > 0 ? left : nil
            }
        }
    }
}
