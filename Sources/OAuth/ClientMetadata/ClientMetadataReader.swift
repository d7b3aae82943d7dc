import JOSE
import WireFormats

/// Reads members of client metadata.
struct ClientMetadataReader {
    let object: JSONObject

    private static let maximumBytes = 4096
    private static let maximumCount = 50

    func text(_ name: String) throws(ClientMetadataRefusal) -> String? {
        guard let value = object[name], value != .null else { return nil }
        guard let text = value.string, !text.isEmpty, text.utf8.count <= Self.maximumBytes else {
            throw .member(name, "a text is expected")
        }
        return text
    }

    func texts(_ name: String) throws(ClientMetadataRefusal) -> [String]? {
        guard let value = object[name], value != .null else { return nil }
        guard let array = value.array, array.count <= Self.maximumCount,
            array.allSatisfy({ ($0.string?.utf8.count ?? Int.max) <= Self.maximumBytes })
        else { throw .member(name, "a list of texts is expected") }
        return array.compactMap(\.string)
    }

    func flag(_ name: String) throws(ClientMetadataRefusal) -> Bool {
        guard let value = object[name], value != .null else { return false }
        guard let flag = value.bool else { throw .member(name, "true or false is expected") }
        return flag
    }

    func number(_ name: String) throws(ClientMetadataRefusal) -> Int? {
        guard let value = object[name], value != .null else { return nil }
        guard let number = value.integer, (0...Int64(Int32.max)).contains(number) else {
            throw .member(name, "a number of seconds is expected")
        }
        return Int(number)
    }

    /// An `https` address; `http` on loopback, so that the program can be tried.
    func address(_ name: String) throws(ClientMetadataRefusal) -> String? {
        guard let text = try text(name) else { return nil }
        guard let uri = RedirectURI(text), uri.belongsToHost || uri.isLoopback else {
            throw .member(name, "an https address is expected")
        }
        return text
    }

    func redirectURIs(_ name: String) throws(ClientMetadataRefusal) -> [RedirectURI] {
        var uris: [RedirectURI] = []
        for text in try texts(name) ?? [] {
            guard let uri = RedirectURI(text) else {
                throw .redirectURI(
                    "\(name): https, http on loopback, or a scheme of an app's own is expected, without fragment")
            }
            uris.append(uri)
        }
        return uris
    }

    func requestURIs() throws(ClientMetadataRefusal) -> [String] {
        let uris = try texts("request_uris") ?? []
        for uri in uris {
            guard let address = RedirectURI(String(uri.prefix { $0 != "#" })),
                address.belongsToHost || address.isLoopback
            else { throw .member("request_uris", "https addresses are expected") }
        }
        return uris
    }

    func algorithm(_ name: String) throws(ClientMetadataRefusal) -> SignatureAlgorithm? {
        guard let text = try text(name) else { return nil }
        guard text.isVisibleASCII, let algorithm = SignatureAlgorithm(rawValue: text) else {
            throw .member(name, "not supported")
        }
        return algorithm
    }

    func encryption(_ prefix: String) throws(ClientMetadataRefusal) -> ClientMetadata.Encryption? {
        let encryption = try text(prefix + "_encrypted_response_enc")
        guard let algorithm = try text(prefix + "_encrypted_response_alg") else {
            guard encryption == nil else { throw .member(prefix + "_encrypted_response_alg", "missing") }
            return nil
        }
        // OpenID Connect Dynamic Client Registration §2.
        let content = encryption ?? "A128CBC-HS256"
        guard KeyManagementAlgorithm(name: algorithm) != nil, ContentEncryption(name: content) != nil else {
            throw .member(prefix + "_encrypted_response_alg", "not supported")
        }
        return ClientMetadata.Encryption(algorithm: algorithm, encryption: content)
    }
}
