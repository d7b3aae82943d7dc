import CredentialFormats
import Crypto
import JOSE
import WireFormats

/// One disclosure of an SD-JWT with what it belongs to, RFC 9901 §4.2.
struct DisclosedClaim {
    /// As it stands in the SD-JWT.
    let encoded: [UInt8]
    /// Of what it discloses, names from the outermost in; an element of an array has the array's.
    let path: [String]
    /// The position of the disclosure that this one's digest is in; nil if it is in what is signed.
    let parent: Int?
    let isPicture: Bool

    /// In the order of the disclosures.
    ///
    /// Nil if one of them belongs nowhere: such an SD-JWT is refused by everybody.
    static func claims(of credential: UnverifiedSDJWT) -> [DisclosedClaim]? {
        guard let payload = try? JSON(parsing: credential.jws.payload) else { return nil }
        var search = Search(disclosures: credential.disclosures)
        search.visit(payload, path: [], parent: nil)
        let found = credential.disclosures.indices.compactMap { search.found[$0] }
        return found.count == credential.disclosures.count ? found : nil
    }

    /// Follows the digests, from what is signed inwards.
    private struct Search {
        private let disclosures: [[UInt8]]
        private let positions: [String: Int]
        private(set) var found: [Int: DisclosedClaim] = [:]

        init(disclosures: [[UInt8]]) {
            self.disclosures = disclosures
            positions = Dictionary(
                disclosures.enumerated().map { (Base64URL.encode(Array(SHA256.hash(data: $1))), $0) },
                uniquingKeysWith: { first, _ in first })
        }

        mutating func visit(_ value: JSON, path: [String], parent: Int?) {
            switch value {
            case .object(let object):
                for member in object.members where member.name != "_sd" && member.name != "..." {
                    visit(member.value, path: path + [member.name], parent: parent)
                }
                let digests = (object["_sd"]?.array ?? []) + [object["..."]].compactMap { $0 }
                for digest in digests { follow(digest, path: path, parent: parent) }
            case .array(let elements):
                for element in elements { visit(element, path: path, parent: parent) }
            default: break
            }
        }

        private mutating func follow(_ digest: JSON, path: [String], parent: Int?) {
            guard let position = digest.string.flatMap({ positions[$0] }), found[position] == nil,
                let decoded = try? Base64URL.decode(disclosures[position][...]),
                let elements = (try? JSON(parsing: decoded))?.array, let value = elements.last
            else { return }
            let name = elements.count == 3 ? elements[1].string : nil
            let claim = DisclosedClaim(
                encoded: disclosures[position], path: path + [name].compactMap { $0 }, parent: parent,
                isPicture: value.hasPicture)
            found[position] = claim
            visit(value, path: claim.path, parent: position)
        }
    }
}

extension JSON {
    /// Whether a picture stands in it, as a `data:` address.
    fileprivate var hasPicture: Bool {
        switch self {
        case .string(let text): text.hasPrefix("data:image/")
        case .array(let elements): elements.contains(where: \.hasPicture)
        case .object(let object): object.members.contains { $0.value.hasPicture }
        default: false
        }
    }
}
