/// Jobs that wait to be sent, first come first served; those that were sent before come first.
struct Waiting {
    private var again: [Job] = []
    private var queue: [Job] = []
    private var head = 0

    var count: Int { again.count + queue.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Job? { again.last ?? (head < queue.count ? queue[head] : nil) }

    mutating func append(_ jobs: [Job]) { queue += jobs }

    mutating func putBack(_ job: Job) { again.append(job) }

    mutating func removeFirst() {
        guard again.popLast() == nil else { return }
        head += 1
        if head == queue.count || head > 1024 {
            queue.removeFirst(head)
            head = 0
        }
    }

    /// Takes out the jobs of which something is so.
    mutating func remove(where condition: (Job) -> Bool) -> [Job] {
        var removed: [Job] = []
        func keep(_ job: Job) -> Bool {
            guard condition(job) else { return true }
            removed.append(job)
            return false
        }
        again = again.filter(keep)
        queue = queue[head...].filter(keep)
        head = 0
        return removed
    }
}
