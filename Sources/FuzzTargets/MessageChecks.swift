import HTTPTypes
import JOSE
import OAuth
import OpenID4VCI
import WireFormats

enum MessageChecks {
    static func did(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let key = try? DIDKeyMaterial.publicKey(for: String(decoding: input, as: UTF8.self)) else { return false }
        for did in [DIDKeyMaterial.didKey(for: key), DIDKeyMaterial.didJWK(for: key)] {
            let again = try? DIDKeyMaterial.publicKey(for: did)
            try hold("a key comes back from its own DID", for: input, again == key)
        }
        return true
    }

    static func credentialRequest(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let request = EndpointRequest(method: .post, headers: [.contentType: "application/json"], body: input)
        guard let message = try? CredentialRequest(decoding: request) else { return false }
        if case .jwt(let proofs) = message.proofs {
            try hold("proofs that are given are one or more", for: input, !proofs.isEmpty)
        }
        return true
    }

    static func offerLink(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let link = try? CredentialOfferLink(parsing: String(decoding: input, as: UTF8.self)) else { return false }
        let again = try? CredentialOfferLink(parsing: link.text)
        try hold("a link that is written reads the same", for: input, again == link)
        return true
    }
}
