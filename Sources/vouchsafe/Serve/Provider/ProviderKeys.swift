import AuthorizationServer
import Foundation
import JOSE
import KeyStore
import WireFormats

extension LiveKeys: TokenSigningKeys {
    func signer(_ algorithm: SignatureAlgorithm, at instant: Date) throws -> TokenSigner? {
        let purpose: KeyPurpose
        switch algorithm {
        case .es256: purpose = .tokenSigning
        case .rs256: purpose = .tokenSigningRSA
        default: return nil
        }
        let key = try ring.plainKey(purpose, at: instant)
        return TokenSigner(signer: key.privateKey, keyID: key.keyID)
    }
}

extension LiveKeys {
    func publicKey(_ keyID: String) -> PublicKey? {
        let published = ring.plainKeys
        return [KeyPurpose.tokenSigning, .tokenSigningRSA].flatMap { published[$0] ?? [] }
            .first { $0.keyID.hasSameBytes(as: keyID) }?.privateKey.publicKey
    }
}

extension KeyRing {
    /// The key set of the authorization server.
    var tokenKeySet: JSON { keySet([.tokenSigning, .tokenSigningRSA]) }
    /// The key set that the portal is known by at its provider.
    var portalKeySet: JSON { keySet([.portalClient]) }

    private func keySet(_ purposes: [KeyPurpose]) -> JSON {
        ["keys": .array(purposes.flatMap { plainKeys[$0] ?? [] }.map { .object($0.jwk) })]
    }
}
