import CredentialFormats
import Foundation
import JOSE
import WireFormats

/// Disclosures that no signature keeps from being anything.
///
/// The input is JSON texts between line feeds: disclosures, then the payload. `@n` in a text stands for the digest of
/// the n-th disclosure before it, so that a mutated disclosure still has its place; the whole is then signed.
enum DisclosureChecks {
    static func disclosures(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        var lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
        let last = lines.removeLast()
        var digests: [[UInt8]] = []
        var encoded: [UInt8] = []
        for line in lines {
            let disclosure = Base64URL.encodeToBytes(replacingMarks(in: line, by: digests))
            digests.append(Samples.digest(of: disclosure))
            encoded += disclosure + [UInt8(ascii: "~")]
        }
        let payload = replacingMarks(in: last, by: digests)
        guard let signed = try? Samples.issuer.sign(payload: payload),
            let token = try? UnverifiedSDJWT(parsing: signed + [UInt8(ascii: "~")] + encoded),
            let verified = try? token.verify(with: Samples.key.publicKey)
        else { return false }
        try hold("nothing of SD-JWT's own is left", for: input, !namesMarks(.object(verified.payload)))
        let written = JSON.object(verified.payload).encoded()
        let again = (try? JSON(parsing: written, limits: JSONLimits(values: 1_000_000)))?.object
        try hold("the resolved payload is no deeper than a payload may be", for: input, again == verified.payload)
        return true
    }

    /// Whether a member is named `_sd` or `...` anywhere.
    static func namesMarks(_ value: JSON) -> Bool {
        switch value {
        case .object(let object):
            object.members.contains { $0.name == "_sd" || $0.name == "..." || namesMarks($0.value) }
        case .array(let elements): elements.contains(where: namesMarks)
        default: false
        }
    }

    private static func replacingMarks(in text: [UInt8], by digests: [[UInt8]]) -> [UInt8] {
        var output: [UInt8] = []
        var index = 0
        while index < text.count {
            let number = index + 1 < text.count ? Int(text[index + 1]) - Int(UInt8(ascii: "1")) : -1
            if text[index] == UInt8(ascii: "@"), digests.indices.contains(number) {
                output += digests[number]
                index += 2
            } else {
                output.append(text[index])
                index += 1
            }
        }
        return output
    }
}
