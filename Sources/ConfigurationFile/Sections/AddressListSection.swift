/// Lists of addresses: `server.trusted_proxies` and `outgoing.allow`.
enum AddressListSection {
    static func trustedProxies(_ server: MappingReader) -> [AddressRange] {
        elements("trusted_proxies", server).compactMap { element in
            let range = element.text.flatMap(AddressRange.init)
            guard let range, range.prefixLength > 0 else {
                let isEverybody = range != nil
                server.fault(
                    isEverybody
                        ? "this is everybody, and anybody could pretend any address; name your proxies"
                        : "an address range is expected, as 10.0.0.0/8 or fd00::/8", at: element)
                return nil
            }
            return range
        }
    }

    static func outgoing(_ file: MappingReader) -> [InsideDestination] {
        guard let outgoing = file.mapping("outgoing") else { return [] }
        outgoing.allow(["allow"])
        return elements("allow", outgoing).compactMap { element in
            let range = element.text.flatMap(AddressRange.init)
            if let range, range.prefixLength > 0 { return .range(range) }
            if range == nil, let text = element.text, let (host, port) = AddressSyntax.split(text), let port {
                return .host(host, port: port)
            }
            outgoing.fault(
                range != nil
                    ? "this is every address, so strangers could have anything fetched; name what they may"
                    : "an address range as 10.1.2.0/24, or a host with its port as localhost:9000, is expected",
                at: element)
            return nil
        }
    }

    private static func elements(_ name: String, _ reader: MappingReader) -> [MappingReader.Entry] {
        reader.sequence(name, most: 100, "addresses") ?? []
    }
}
