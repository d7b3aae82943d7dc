/// Somewhere in the operator's own network that documents may be fetched from, though it is not the Internet.
package enum InsideDestination: Sendable, Equatable {
    case range(AddressRange)
    /// A host in lower case, an IPv6 address without its brackets, at one port.
    case host(String, port: Int)
}
