/// `; did you mean "…"?` with the known name nearest to a mistyped one, or nothing if none is near.
func suggestion(for name: String, amongst names: [String]) -> String {
    let typed = Array(name.lowercased().unicodeScalars.prefix(64))
    let nearest = names.map { ($0, distance(typed, Array($0.lowercased().unicodeScalars.prefix(64)))) }
        .min { $0.1 < $1.1 }
    guard let (candidate, distance) = nearest, distance <= max(1, candidate.count / 3) else { return "" }
    return "; did you mean \"\(candidate)\"?"
}

/// Single-letter insertions, deletions, replacements and swaps of neighbours between two texts.
private func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let replaced = previous[column] + (left[row] == right[column] ? 0 : 1)
            var cost = min(replaced, previous[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforePrevious[column - 1] + 1)
            }
            current.append(cost)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}
