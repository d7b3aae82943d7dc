import Foundation
import HTTPTypes
import JOSE
import OAuth
import TestSupport
import WireFormats

/// Seeded keys, an instant, requests, and JWTs with whatever header and claims.
enum Sample {
    static let seconds: Int64 = 1_795_132_800
    static let now = Date(timeIntervalSince1970: Double(seconds))
    static let issuer = "https://as.example"

    static func key(_ algorithm: SignatureAlgorithm = .es256, seed: UInt8 = 1) -> PrivateKey {
        // Any such bytes from 1 to the order of the group are a key: these are.
        try! PrivateKey(algorithm, rawRepresentation: [UInt8](repeating: seed, count: algorithm == .es384 ? 48 : 32))
    }

    /// Made once: finding primes takes a while.
    static let rsaKey = PrivateKey.generate(.ps256)

    static func jwt(by key: PrivateKey, header: JSONObject, claims: JSONObject) throws -> String {
        try jwt(by: key, header: header, payload: JSON.object(claims).encoded())
    }

    static func jwt(by key: PrivateKey, header: JSONObject, payload: [UInt8]) throws -> String {
        String(decoding: try JWSIssuer(signer: key, header: header).sign(payload: payload), as: UTF8.self)
    }

    /// The claims of a JWT that was made here.
    static func claims(of compact: String) throws -> JSONObject {
        try JSON(parsing: Base64URL.decode(compact.split(separator: ".")[1])).object ?? [:]
    }

    static func header(of compact: String) throws -> JSONObject {
        try JSON(parsing: Base64URL.decode(compact.split(separator: ".")[0])).object ?? [:]
    }

    /// `compact` with its signature changed in one bit.
    static func broken(_ compact: String) throws -> String {
        let parts = compact.split(separator: ".")
        var signature = try Base64URL.decode(parts[2])
        signature[10] ^= 1
        return parts[0] + "." + parts[1] + "." + Base64URL.encode(signature)
    }

    /// A JWT that says it is signed by nobody.
    static func unsigned(_ claims: JSONObject, type: String) -> String {
        let header: JSON = ["alg": "none", "typ": .string(type)]
        return Base64URL.encode(header.encoded()) + "." + Base64URL.encode(JSON.object(claims).encoded()) + "."
    }

    static func post(_ form: String, headers: HTTPFields = [:], query: Substring = "") -> EndpointRequest {
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return EndpointRequest(method: .post, query: query, headers: headers, body: form.bytes)
    }

    static func form(_ text: String) throws -> RequestForm { try RequestForm(parsing: text.bytes) }
}

extension JSONObject {
    func with(_ name: String, _ value: JSON?) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}

extension Date {
    static func + (instant: Date, seconds: Int) -> Date { instant.addingTimeInterval(Double(seconds)) }
    static func - (instant: Date, seconds: Int) -> Date { instant.addingTimeInterval(-Double(seconds)) }
}

/// Changes `count` times one thing in `text`: a byte, a cut, a repetition or an insertion.
func mutations(of text: [UInt8], seed: UInt64, count: Int) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
        var bytes = text
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes.remove(at: position)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 3: bytes.removeSubrange(position...)
        default: bytes.insert(contentsOf: bytes[position...].prefix(20), at: position)
        }
        return bytes
    }
}
