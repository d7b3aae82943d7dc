import HTTPTypes
import OAuth
import WireFormats

enum EncodingChecks {
    static func json(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let value = try? JSON(parsing: input) else { return false }
        let written = value.encoded()
        guard let again = try? JSON(parsing: written) else { throw BrokenPromise("what is written parses", input) }
        try hold("what is written parses to the same value", for: input, again == value)
        try hold("writing again gives the same bytes", for: input, again.encoded() == written)
        return true
    }

    static func base64url(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let encoded = Base64URL.encodeToBytes(input)
        try hold("any bytes come back", for: input, (try? Base64URL.decode(encoded[...])) == input)
        guard let decoded = try? Base64URL.decode(input[...]) else { return false }
        try hold("one value has one encoding", for: input, Base64URL.encodeToBytes(decoded) == input)
        return true
    }

    static func base58(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let bytes = Array(input.prefix(150))
        try hold("any bytes come back", for: bytes, (try? Base58BTC.decode(Base58BTC.encode(bytes))) == bytes)
        guard let decoded = try? Base58BTC.decode(String(decoding: input, as: UTF8.self)) else { return false }
        try hold("one value has one encoding", for: input, Array(Base58BTC.encode(decoded).utf8) == input)
        return true
    }

    static func form(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        let encoded = FormParameters.encode(["name": text])
        let value = (try? FormParameters(parsing: encoded))?["name"] ?? ""
        try hold("any text comes back", for: input, value.hasSameBytes(as: text))
        _ = try? BearerToken(in: EndpointRequest(method: .post, query: text[...]))
        return (try? FormParameters(parsing: input)) != nil
    }
}
