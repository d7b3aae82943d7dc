import Crypto
import WireFormats

/// Puts disclosures in the places of their digests, RFC 9901 §7.1 step 3.
struct DisclosureResolver {
    private struct Disclosure {
        let name: String?
        let value: JSON
    }

    private var disclosures: [[UInt8]: Disclosure] = [:]
    private var seenDigests = Set<[UInt8]>()
    private var resolvedCount = 0
    private var withheldCount = 0
    private var depth = 0

    /// As deep as a payload may be that discloses nothing: a chain of disclosures would otherwise exhaust the stack.
    private static let maximumDepth = JSONLimits().depth

    static func resolve(
        _ payload: JSONObject, disclosures: [[UInt8]]
    ) throws(SDJWTRefusal) -> (payload: JSONObject, withheldCount: Int) {
        if let algorithm = payload["_sd_alg"], algorithm != "sha-256" { throw .unsupportedHashAlgorithm }
        var resolver = DisclosureResolver()
        for disclosure in disclosures { try resolver.add(disclosure) }
        var resolved = try resolver.resolve(object: payload)
        resolved["_sd_alg"] = nil
        guard resolver.resolvedCount == resolver.disclosures.count else { throw .unreferencedDisclosure }
        return (resolved, resolver.withheldCount)
    }

    private mutating func add(_ encoded: [UInt8]) throws(SDJWTRefusal) {
        guard let decoded = try? Base64URL.decode(encoded[...]), let elements = (try? JSON(parsing: decoded))?.array,
            elements.first?.string != nil
        else { throw .malformedDisclosure }
        let disclosure: Disclosure
        switch elements.count {
        case 2: disclosure = Disclosure(name: nil, value: elements[1])
        case 3:
            guard let name = elements[1].string else { throw .malformedDisclosure }
            guard name != "_sd", name != "..." else { throw .forbiddenName }
            disclosure = Disclosure(name: name, value: elements[2])
        default: throw .malformedDisclosure
        }
        let digest = Base64URL.encodeToBytes(Array(SHA256.hash(data: encoded)))
        guard disclosures.updateValue(disclosure, forKey: digest) == nil else { throw .duplicateDigest }
    }

    private mutating func resolve(_ value: JSON) throws(SDJWTRefusal) -> JSON {
        switch value {
        case .object(let object): .object(try resolve(object: object))
        case .array(let elements): .array(try resolve(array: elements))
        default: value
        }
    }

    private mutating func enter() throws(SDJWTRefusal) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw .malformedDisclosure }
    }

    private mutating func resolve(object: JSONObject) throws(SDJWTRefusal) -> JSONObject {
        try enter()
        defer { depth -= 1 }
        var resolved = JSONObject()
        for member in object.members where member.name != "_sd" {
            guard member.name != "..." else { throw .forbiddenName }
            resolved[member.name] = try resolve(member.value)
        }
        guard let list = object["_sd"] else { return resolved }
        guard let digests = list.array else { throw .malformedDigestList }
        for digest in digests {
            guard let digest = digest.string else { throw .malformedDigestList }
            guard let disclosure = try disclosure(for: digest) else { continue }
            guard let name = disclosure.name else { throw .malformedDisclosure }
            guard resolved[name] == nil else { throw .nameCollision }
            resolved[name] = try resolve(disclosure.value)
        }
        return resolved
    }

    private mutating func resolve(array: [JSON]) throws(SDJWTRefusal) -> [JSON] {
        try enter()
        defer { depth -= 1 }
        var resolved: [JSON] = []
        for element in array {
            guard let object = element.object, let reference = object["..."] else {
                resolved.append(try resolve(element))
                continue
            }
            guard object.members.count == 1, let digest = reference.string else { throw .malformedDigestList }
            guard let disclosure = try disclosure(for: digest) else { continue }
            guard disclosure.name == nil else { throw .malformedDisclosure }
            resolved.append(try resolve(disclosure.value))
        }
        return resolved
    }

    /// The disclosure of a digest met on the way, nil if it is withheld or a decoy.
    private mutating func disclosure(for digest: String) throws(SDJWTRefusal) -> Disclosure? {
        let digest = Array(digest.utf8)
        guard seenDigests.insert(digest).inserted else { throw .duplicateDigest }
        guard let disclosure = disclosures[digest] else {
            withheldCount += 1
            return nil
        }
        resolvedCount += 1
        return disclosure
    }
}
