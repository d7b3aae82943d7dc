import DataSharing
import WireFormats

/// `sharing.organizations` and `sharing.scopes`: who takes part from the first start on, beside those that are added while
/// the server runs.
enum SharingMembersSection {
    static func organizations(_ sharing: MappingReader?) -> [DeclaredOrganization] {
        var ids = DistinctNames()
        return (sharing?.sequence("organizations", most: 100, "organizations") ?? []).compactMap { entry in
            guard let reader = MappingReader(entry, log: sharing?.log ?? FaultLog()) else { return nil }
            guard var document = entry.json.object else { return nil }
            if let id = document["id"]?.string { ids.insert(id, of: "id", in: reader) }
            document["state"] = "approved"
            guard reader.has("jwks_file") else {
                return read(entry, reader) { () throws(PathProblems) in
                    DeclaredOrganization(
                        document: try Organization(json: .object(document)).json.object ?? document, keysFile: nil)
                }
            }
            if reader.has("jwks") { reader.fault("write jwks or jwks_file, not both", "jwks_file") }
            guard let file = reader.text("jwks_file") else { return nil }
            document["jwks_file"] = nil
            return DeclaredOrganization(document: document, keysFile: file)
        }
    }

    static func scopes(_ sharing: MappingReader?) -> [ScopeDefinition] {
        var names = DistinctNames()
        return (sharing?.sequence("scopes", most: 1000, "scopes") ?? []).compactMap { entry in
            guard let reader = MappingReader(entry, log: sharing?.log ?? FaultLog()) else { return nil }
            if let name = entry.member("scope") { names.insert(name, of: "scope", in: reader) }
            return read(entry, reader) { () throws(PathProblems) in
                try ScopeDefinition(json: entry.json, defaultVersion: 0)
            }
        }
    }

    private static func read<T>(
        _ entry: MappingReader.Entry, _ reader: MappingReader, _ read: () throws(PathProblems) -> T
    ) -> T? {
        do throws(PathProblems) {
            return try read()
        } catch {
            for problem in error.all {
                let first = String(problem.path.prefix { $0 != "." && $0 != "[" })
                reader.fault(problem.description, reader.has(first) ? first : nil)
            }
            return nil
        }
    }
}
