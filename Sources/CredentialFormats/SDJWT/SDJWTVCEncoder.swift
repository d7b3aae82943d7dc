import Foundation
import JOSE
import WireFormats

/// Issues SD-JWT VCs (`dc+sd-jwt`), draft-ietf-oauth-sd-jwt-vc §2 over RFC 9901.
package struct SDJWTVCEncoder: CredentialEncoder {
    private let jws: JWSIssuer
    private let decoys: Int
    /// `{"iss":…,"vct":…` as it begins every payload.
    private let payloadPrefix: [UInt8]

    /// - Parameter decoys: digests of nothing added to the top level, RFC 9901 §4.2.5.
    package init(key: IssuerKey, vct: String, decoys: Int) {
        var header: JSONObject = ["typ": "dc+sd-jwt", "kid": .string(key.keyID)]
        if !key.certificateChain.isEmpty {
            header["x5c"] = .array(key.certificateChain.map { .string(Data($0).base64EncodedString()) })
        }
        jws = JWSIssuer(signer: key.signer, header: header)
        self.decoys = decoys
        var writer = JSONWriter()
        writer.raw("{\"iss\":")
        writer.string(key.issuerURL)
        writer.raw(",\"vct\":")
        writer.string(vct)
        payloadPrefix = writer.bytes
    }

    package func issue(_ content: CredentialContent) throws -> [UInt8] {
        var disclosures = DisclosureBuilder(count: content.claims.disclosureCount, decoys: decoys)
        var payload = JSONWriter(capacity: 1024)
        payload.raw(payloadPrefix)
        payload.raw(",\"iat\":")
        payload.integer(content.issuedAt)
        payload.raw(",\"exp\":")
        payload.integer(content.expiresAt)
        if let holder = content.holder {
            payload.raw(",\"cnf\":{\"jwk\":")
            payload.value(.object(holder.jwk))
            payload.raw("}")
        }
        disclosures.writeMembers(of: content.claims, decoys: decoys, isFirst: false, to: &payload)
        // RFC 9901 §4.1.1; without digests there is nothing the algorithm could be for.
        if disclosures.hasDigests { payload.raw(",\"_sd_alg\":\"sha-256\"") }
        payload.raw("}")
        var output = try jws.sign(payload: payload.bytes, reserving: disclosures.encoded.count + 1)
        output.append(UInt8(ascii: "~"))
        output.append(contentsOf: disclosures.encoded)
        return output
    }
}

extension ClaimTree {
    /// How many disclosures this tree makes, nested ones counted.
    var disclosureCount: Int {
        claims.reduce(0) { $0 + ($1.isSelectivelyDisclosable ? 1 : 0) + $1.value.disclosureCount }
    }
}

extension ClaimValue {
    fileprivate var disclosureCount: Int {
        switch self {
        case .json: 0
        case .nested(let tree): tree.disclosureCount
        case .array(let elements):
            elements.reduce(0) { $0 + ($1.isSelectivelyDisclosable ? 1 : 0) + $1.value.disclosureCount }
        }
    }
}
