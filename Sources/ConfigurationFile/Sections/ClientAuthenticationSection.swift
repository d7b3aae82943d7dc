/// How a client shows who it is: `public`, `secret_file`, `keys`, `jwks_uri` and `auth`.
struct ClientAuthenticationSection {
    let server: AuthorizationServerSettings

    static let names = ["public", "secret_file", "keys", "jwks_uri", "auth"]

    private enum Method: String, CaseIterable {
        case secret = "client_secret_basic"
        case keys = "private_key_jwt"
        case attestation = "attest_jwt_client_auth"
    }

    /// Nil only if something is logged.
    func read(_ reader: MappingReader) -> ClientSettings.Authentication? {
        let isPublic = reader.boolean("public") ?? false
        let ways = ["secret_file", "keys", "jwks_uri"].filter(reader.has) + (isPublic ? ["public"] : [])
        let method: Method? = reader.choice("auth")
        if method == .attestation { return attestation(reader, ways) }
        guard ways.count == 1 else {
            if ways.isEmpty, reader.has("auth"), method == nil { return nil }
            reader.fault(
                "exactly one of \"public: true\", \"secret_file\", \"keys\", \"jwks_uri\" and "
                    + "\"auth: attest_jwt_client_auth\" is expected")
            return nil
        }
        check(method, fits: ways[0], reader)
        return authentication(ways[0], reader)
    }

    private func attestation(_ reader: MappingReader, _ ways: [String]) -> ClientSettings.Authentication {
        for way in ways { reader.fault("an attested client has its key from its attester; leave this out", way) }
        if server.trustedAttesters.isEmpty {
            reader.fault("no attester is trusted; add authorization_server.trusted_attesters", "auth")
        }
        return .attestation
    }

    private func authentication(_ way: String, _ reader: MappingReader) -> ClientSettings.Authentication? {
        switch way {
        case "secret_file":
            refuseUnderFAPI("fapi2 takes no client secrets; use keys, jwks_uri or attestation", way, reader)
            return reader.text(way).map { .secret(file: $0) }
        case "keys": return reader.text(way).map { .keys(file: $0) }
        case "jwks_uri": return reader.text(way, AddressRule.web, AddressRule.checkWeb).map { .keysAt($0) }
        default:
            refuseUnderFAPI("fapi2 takes no public clients; use keys, jwks_uri or attestation", way, reader)
            return .public
        }
    }

    /// FAPI 2.0 Security Profile §5.3.2.1: confidential clients only, and no shared secrets.
    private func refuseUnderFAPI(_ message: String, _ way: String, _ reader: MappingReader) {
        if server.profile == .fapi2 { reader.fault(message, way) }
    }

    private func check(_ method: Method?, fits way: String, _ reader: MappingReader) {
        switch (method, way) {
        case (nil, _), (.secret, "secret_file"), (.keys, "keys"), (.keys, "jwks_uri"): return
        case (.secret, _): reader.fault("client_secret_basic goes with secret_file", "auth")
        case (_, _): reader.fault("private_key_jwt goes with keys or jwks_uri", "auth")
        }
    }
}
