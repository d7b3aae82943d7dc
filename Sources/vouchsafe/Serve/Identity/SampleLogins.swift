import IdentityRegistry
import WireFormats

/// How the people of the sample registry log in, as hashes: making them takes seconds.
enum SampleLogins {
    static func secrets() throws -> [StoredSecret] {
        let people = try JSON(parsing: Sample.bytes("logins.json")).array ?? []
        return people.flatMap { person -> [StoredSecret] in
            guard let id = person["id"]?.string else { return [] }
            return SecretKind.allCases.compactMap { kind in
                person[kind.rawValue]?.string.flatMap { ScryptHash($0) }.map {
                    StoredSecret(person: id, kind: kind, hash: $0)
                }
            }
        }
    }
}
