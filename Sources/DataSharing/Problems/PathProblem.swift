/// What is wrong with one value of a document, and where.
package struct PathProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Names of members and numbers of elements, as `claims[2].minimum` or `digests[0].shape.points`; empty for the
    /// whole document.
    package let path: String
    /// Says what is expected. Never quotes the value.
    package let problem: String

    package init(_ path: String, _ problem: String) {
        self.path = path
        self.problem = problem
    }

    package var description: String { path.isEmpty ? problem : "\(path): \(problem)" }
}

/// Everything that is wrong with a document, as far as it was read: never empty.
package struct PathProblems: Error, Equatable, Sendable, CustomStringConvertible {
    package static let maximumCount = 50

    package let all: [PathProblem]

    package init(_ problem: PathProblem) { all = [problem] }

    package init(_ path: String, _ problem: String) { all = [PathProblem(path, problem)] }

    /// Nil if nothing is wrong.
    package init?(_ problems: [PathProblem]) {
        guard !problems.isEmpty else { return nil }
        all = Array(problems.prefix(Self.maximumCount))
    }

    package var description: String { all.map(\.description).joined(separator: "; ") }
}

/// The place of a value in a document.
package struct ValuePath: Hashable, Sendable {
    package let text: String

    package static let root = ValuePath(text: "")

    package init(text: String) { self.text = text }

    package func member(_ name: String) -> ValuePath {
        // Names of strangers stand in answers and logs: no more of them than it takes to find the place.
        let shown = name.unicodeScalars.prefix(64).map { scalar in
            (0x21...0x7E).contains(scalar.value) ? String(scalar) : "?"
        }.joined()
        return ValuePath(text: text.isEmpty ? shown : text + "." + shown)
    }

    package func element(_ index: Int) -> ValuePath { ValuePath(text: "\(text)[\(index)]") }

    package func problem(_ problem: String) -> PathProblem { PathProblem(text, problem) }
}
