import CredentialFormats
import JOSE
import OAuth
import OpenID4VCI
import WireFormats

enum TokenChecks {
    static func jws(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let token = try? UnverifiedJWS(parsing: input) else { return false }
        if (try? token.verify(with: Samples.key.publicKey)) != nil {
            try hold("only what was signed verifies", for: input, input == Samples.jws)
        }
        return true
    }

    static func sdJWT(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let token = try? UnverifiedSDJWT(parsing: input) else { return false }
        guard let verified = try? token.verify(with: Samples.key.publicKey) else { return true }
        // A holder may withhold disclosures or change their order; nobody else's may be added.
        for disclosure in token.disclosures {
            try hold("only the issuer's disclosures fit", for: input, Samples.sdJWTDisclosures.contains(disclosure))
        }
        try hold("nothing of SD-JWT's own is left", for: input, !DisclosureChecks.namesMarks(.object(verified.payload)))
        return true
    }

    static func keyProof(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        guard (try? VerifiedKeyProof(verifying: text, against: Samples.proofExpectation)) != nil else { return false }
        try hold("only what was signed is a proof", for: input, input == Samples.keyProof)
        return true
    }

    static func possessionProof(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let text = String(decoding: input, as: UTF8.self)
        let expected = AuthorizationSamples.possession
        guard (try? DPoPProof(verifying: text, expecting: expected)) != nil else { return false }
        try hold("only what was signed is a proof", for: input, input == AuthorizationSamples.possessionProof)
        return true
    }

    static func encrypted(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let sealed = try? SealedJWE(parsing: input) else { return false }
        let opened = try? sealed.open(
            with: AuthorizationSamples.decryptionKey, allowing: Set(KeyManagementAlgorithm.allCases),
            encryptions: Set(ContentEncryption.allCases))
        if opened != nil {
            try hold("only what was sealed opens", for: input, input == AuthorizationSamples.encrypted)
        }
        return true
    }

    static func keySet(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let set = try? PublicJWKSet(parsing: input) else { return false }
        for algorithm in SignatureAlgorithm.allCases {
            for key in set.verificationKeys(keyID: nil, algorithm: algorithm) {
                let again = try? PublicKey(jwk: key.jwk, allowing: .rsa(default: .ps256))
                try hold("a key comes back from its own JWK", for: input, again?.thumbprint == key.thumbprint)
            }
        }
        return true
    }
}
