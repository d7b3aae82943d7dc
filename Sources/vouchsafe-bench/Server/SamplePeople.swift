import Foundation
import WireFormats

/// People of the sample whose answers to the login page are known.
struct SamplePeople: Sendable {
    /// What one of them sends, in form encoding, beside what every form has.
    struct Answers: Sendable {
        /// The registry's id.
        let id: String
        let facts: String
        let password: String
    }

    /// How many logins may be under way: as many for each of the six as there may be wrong answers (`attempts.person`),
    /// because a place is taken under the limit until an answer has been found right.
    static let atATime = 60

    private let people: [Answers]

    /// Those that `init` writes for whoever tries the sample.
    init(of executable: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "vouchsafe-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try SampleFolder.make(folder, by: executable)
        let file = try Data(contentsOf: folder.appending(path: "people.json"))
        people = try (JSON(parsing: Array(file)).array ?? []).map { try Answers($0) }
        guard !people.isEmpty else { throw BenchFailure("the sample has no people to log in as") }
    }

    var all: [Answers] { people }

    /// The same for a worker each time, so that no more than a share of the workers log in as one person.
    subscript(worker: Int) -> Answers { people[worker % people.count] }
}

extension SamplePeople.Answers {
    fileprivate init(_ person: JSON) throws {
        guard let id = person["id"]?.string, let username = person["username"]?.string,
            let password = person["password"]?.string,
            let facts = person["facts"]?.object
        else { throw BenchFailure("people.json is not as expected") }
        self.id = id
        self.facts = facts.members.map { fact in
            "fact_\(fact.name)=" + FormParameters.percentEncode(fact.value.string ?? "")
        }.joined(separator: "&")
        self.password = FormParameters.encode(["username": username, "password": password])
    }
}
