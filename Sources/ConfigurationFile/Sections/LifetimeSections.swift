/// `offers`, `tokens` and `nonces`: how long what the issuer hands out can be used.
struct LifetimeSections {
    let offer: Duration
    let transactionCodeLength: Int
    let accessToken: Duration
    let nonce: Duration

    init(_ file: MappingReader) {
        let offers = file.mapping("offers")
        offers?.allow(["lifetime", "tx_code"])
        offer = offers?.duration("lifetime", in: .seconds(10)...(.seconds(86400))) ?? .seconds(600)
        let transactionCode = offers?.mapping("tx_code")
        transactionCode?.allow(["length"])
        transactionCodeLength = transactionCode?.integer("length", in: 4...12) ?? 6
        // OpenID4VCI 1.0 §13.10: an access token that lives longer must be sender-constrained.
        accessToken = Self.lifetime("tokens", of: file, most: .seconds(300))
        nonce = Self.lifetime("nonces", of: file, most: .seconds(3600))
    }

    private static func lifetime(_ section: String, of file: MappingReader, most: Duration) -> Duration {
        let reader = file.mapping(section)
        reader?.allow(["lifetime"])
        return reader?.duration("lifetime", in: .seconds(10)...most) ?? .seconds(300)
    }
}
