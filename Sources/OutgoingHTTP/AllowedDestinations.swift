package import Verifier

/// Where requests may go. Addresses come from strangers' links and documents, and must not become a way into the
/// network that this machine stands in.
package struct AllowedDestinations: Sendable {
    /// Whether hosts that are this machine by their name (`localhost`, `127.0.0.1`, `[::1]`) may be reached.
    package let loopback: Bool
    /// What the operator has allowed besides.
    private let inside: @Sendable (_ address: IPAddress, _ host: WebAddress) -> Bool

    /// - Parameter inside: whether the operator lets an address of the own network be reached for a host.
    package init(
        loopback: Bool,
        inside: @escaping @Sendable (_ address: IPAddress, _ host: WebAddress) -> Bool = { _, _ in false }
    ) {
        self.loopback = loopback
        self.inside = inside
    }

    /// The Internet, and this machine's own servers by their plain names: for commands, where the sample server is
    /// local.
    package static let publicAndLoopback = AllowedDestinations(loopback: true)
    /// The Internet only: for servers that fetch what clients name.
    package static let publicOnly = AllowedDestinations(loopback: false)

    /// Whether `address`, which the host was resolved to, may be connected to for it. A public name that leads to this
    /// machine is refused: that is how DNS rebinding looks.
    package func allow(_ address: IPAddress, for host: WebAddress) -> Bool {
        if inside(address, host) { return true }
        return host.isLoopback ? loopback && address.isLoopback : address.isGlobal
    }
}
