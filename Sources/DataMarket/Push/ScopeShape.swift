import DataSharing
import JOSE
import WireFormats

/// Signs the shape of a deposit, whose values nobody in between can read: `scope-shape+jwt`.
struct ShapeSigner: Sendable {
    static let type = "scope-shape+jwt"

    private let jws: JWSIssuer
    private let marketURI: String

    init(signer: any JWSSigner, keyID: String, marketURI: String) {
        jws = JWSIssuer(signer: signer, header: ["typ": .string(Self.type), "kid": .string(keyID)])
        self.marketURI = marketURI
    }

    func sign(_ shape: Shape, of definition: ScopeDefinition, jweHash: MessageHash, issuedAt: Int64) throws -> String {
        try jws.sign(claims: [
            "iss": .string(marketURI), "iat": .integer(issuedAt), "scope": .string(definition.scope.text),
            "version": .integer(Int64(definition.version)), "shape": shape.json, "jwe_hash": .string(jweHash.text),
        ])
    }
}
