/// How the address of a database server is told from anything else.
package enum ServerURL {
    package static func isMeant(by text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }
}
