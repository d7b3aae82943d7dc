import Foundation
import JOSE
import WireFormats

/// The constant parts of a W3C verifiable credential.
package struct W3CCredentialType: Sendable, Equatable {
    package enum DataModel: Sendable, Equatable {
        /// Verifiable Credentials Data Model 1.1 §6.3.1: the credential in the `vc` claim of a JWT.
        case version1
        /// Data Model 2.0 secured with JOSE (VC-JOSE-COSE §3.1): the payload is the credential.
        case version2
    }

    package let dataModel: DataModel
    /// `VerifiableCredential` first.
    package let types: [String]
    package let contexts: [String]

    package init(dataModel: DataModel, types: [String], contexts: [String]) {
        (self.dataModel, self.types, self.contexts) = (dataModel, types, contexts)
    }
}

/// Issues W3C verifiable credentials as JWTs: `jwt_vc_json` and `jwt_vc_json-ld`, OpenID4VCI 1.0 Appendix A.1.
package struct W3CJWTEncoder: CredentialEncoder {
    private let jws: JWSIssuer
    private let type: W3CCredentialType
    private let issuer: String

    package init(key: IssuerKey, type: W3CCredentialType) {
        var header: JSONObject
        switch type.dataModel {
        case .version1: header = ["typ": "JWT"]
        case .version2: header = ["typ": "vc+jwt", "cty": "vc"]
        }
        header["kid"] = .string(key.issuerDID + "#" + key.keyID)
        if !key.certificateChain.isEmpty {
            header["x5c"] = .array(key.certificateChain.map { .string(Data($0).base64EncodedString()) })
        }
        jws = JWSIssuer(signer: key.signer, header: header)
        self.type = type
        issuer = key.issuerDID
    }

    package func issue(_ content: CredentialContent) throws -> [UInt8] {
        let id = "urn:uuid:" + UUID().uuidString.lowercased()
        let subject = content.holder.map { $0.did ?? DIDKeyMaterial.didJWK(for: $0.key) }
        var claims = JSONObject()
        if let subject { claims["id"] = .string(subject) }
        for claim in content.claims.claims { claims[claim.name] = claim.value.json }
        var credential: JSONObject = [
            "@context": .array(type.contexts.map(JSON.string)), "id": .string(id),
            "type": .array(type.types.map(JSON.string)), "issuer": .string(issuer),
        ]
        let (from, until) = (timestamp(content.issuedAt), timestamp(content.expiresAt))
        switch type.dataModel {
        case .version1:
            credential["issuanceDate"] = .string(from)
            credential["expirationDate"] = .string(until)
            credential["credentialSubject"] = .object(claims)
            var payload: JSONObject = [
                "vc": .object(credential), "iss": .string(issuer), "jti": .string(id),
                "nbf": .integer(content.issuedAt), "iat": .integer(content.issuedAt),
                "exp": .integer(content.expiresAt),
            ]
            if let subject { payload["sub"] = .string(subject) }
            if let holder = content.holder { payload["cnf"] = ["jwk": .object(holder.jwk)] }
            return try jws.sign(payload: JSON.object(payload).encoded())
        case .version2:
            credential["validFrom"] = .string(from)
            credential["validUntil"] = .string(until)
            credential["credentialSubject"] = .object(claims)
            credential["iss"] = .string(issuer)
            credential["iat"] = .integer(content.issuedAt)
            credential["exp"] = .integer(content.expiresAt)
            if let holder = content.holder { credential["cnf"] = ["jwk": .object(holder.jwk)] }
            return try jws.sign(payload: JSON.object(credential).encoded())
        }
    }

    private func timestamp(_ seconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }
}
