/// Finds whose request it is behind the operator's proxies.
package struct ClientAddress: Sendable {
    /// Whether an address is one of the operator's proxies, whose word is taken.
    let isTrusted: @Sendable (String) -> Bool

    package init(isTrusted: @escaping @Sendable (String) -> Bool) {
        self.isTrusted = isTrusted
    }

    /// Nobody's word is taken.
    package static let direct = ClientAddress { _ in false }

    private static let maximumLength = 64

    /// The nearest address that is no proxy of ours: anything before it in `X-Forwarded-For` is the sender's own word.
    func resolve(peer: String, forwardedFor: [String]) -> String {
        var address = peer
        var hops = forwardedFor.flatMap { $0.split(separator: ",") }.map { hop in
            String(hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
        }
        while isTrusted(address), let next = hops.popLast(), !next.isEmpty, next.utf8.count <= Self.maximumLength {
            address = next
        }
        return address
    }
}
