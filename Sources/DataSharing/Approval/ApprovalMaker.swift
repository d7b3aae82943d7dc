package import JOSE
import WireFormats

/// Signs approvals with a person's key: what a browser does, for clients that are none.
package struct ApprovalMaker: Sendable {
    package let signingKeyID: String
    private let issuer: JWSIssuer

    package init(key: PrivateKey) {
        signingKeyID = Base64URL.encode(key.publicKey.thumbprint)
        issuer = JWSIssuer(
            signer: key, header: ["typ": .string(ConsentApproval.type), "kid": .string(signingKeyID)])
    }

    /// - Parameter approval: its ``ConsentApproval/signingKeyID`` is this key's.
    /// - Throws: what the signer throws.
    package func sign(_ approval: ConsentApproval) throws -> String { try issuer.sign(claims: approval.json) }
}
