import JOSE
import TestSupport
import WireFormats

/// Seeded keys, and JWSs with whatever header.
enum Samples {
    static func key(_ algorithm: SignatureAlgorithm, seed: UInt8 = 1) -> PrivateKey {
        if RSAScheme(algorithm) != nil {
            let jwk = seed == 1 ? RSASamples.first : RSASamples.second
            return try! PrivateKey(algorithm, rawRepresentation: RSASamples.derRepresentation(jwk))
        }
        // Any such bytes from 1 to the order of the group are a key: these are.
        return try! PrivateKey(
            algorithm, rawRepresentation: [UInt8](repeating: seed, count: algorithm == .es384 ? 48 : 32))
    }

    /// `header` as given, `alg` too, signed by `key`.
    static func sign(header: String, payload: String = "{}", by key: PrivateKey) throws -> String {
        let input = Base64URL.encode(header.bytes) + "." + Base64URL.encode(payload.bytes)
        return input + "." + Base64URL.encode(try key.sign(input.bytes))
    }
}

extension JSONObject {
    /// Without the members of a private key.
    var publicPart: JSONObject {
        var object = self
        object["d"] = nil
        return object
    }

    func with(_ name: String, _ value: JSON?) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}
