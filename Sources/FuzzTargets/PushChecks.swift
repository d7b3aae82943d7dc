import DataSharing
import WireFormats

/// Parsers of what organizations and markets send: what is accepted says the same when it is written again.
enum PushChecks {
    static func organization(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let organization = try? Organization(parsing: input) else { return false }
        let again = try? Organization(json: organization.json)
        try hold("an organization is read again as it was written", for: input, again == organization)
        return true
    }

    static func definition(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let definition = try? ScopeDefinition(parsing: input) else { return false }
        let again = try? ScopeDefinition(parsing: definition.encoded)
        try hold("a definition is read again as it was written", for: input, again == definition)
        try hold(
            "a stored definition is within its limit", for: input,
            definition.encoded.count <= ScopeDefinition.maximumBytes)
        return true
    }

    static func digests(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let digests = try? PushedDigest.parse(input) else { return false }
        try hold("a push has 1 to 100 entries", for: input, (1...100).contains(digests.count))
        for digest in digests {
            try hold(
                "a shape is read again", for: input, (try? Shape(json: digest.shape.json, at: .root)) == digest.shape)
            try hold("no disclosures come with a digest", for: input, !digest.issuerSigned.contains("~"))
        }
        return true
    }

    static func deposits(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let deposits = try? PushedDeposit.parse(input) else { return false }
        try hold("a push has 1 to 100 entries", for: input, (1...100).contains(deposits.count))
        return true
    }
}

enum PushSamples {
    static let organization = Array(
        """
        {"id":"shop","roles":["market","provider"],"display":[{"locale":"en","name":"Shop"}],"jwks":{"keys":[{"kty":"OKP",\
        "crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k1","use":"sig"}]},\
        "market_uri":"https://shop.example/market","redirect_uris":["https://shop.example/cb"],"partners":["bank"]}
        """.utf8)
    static let definition = Array(
        """
        {"scope":"shop:loyalty","version":2,"held_by":"market","display":[{"locale":"en","name":"Loyalty"}],"claims":[\
        {"name":"tier","type":"TEXT","required":true,"values":["a","b"]},{"name":"points","type":"INTEGER","minimum":0},\
        {"name":"share","type":"FLOAT","maximum":1.5},{"name":"address","type":"OBJECT","claims":[{"name":"city",\
        "type":"TEXT","maximum_length":80}]}]}
        """.utf8)
    static let digests = Array(
        """
        {"digests":[{"subject":"s","scope":"shop:loyalty","version":1,"sd_jwt":"a.b.c~","shape":{"tier":"TEXT",\
        "address":{"city":"TEXT"}},"expires_at":1800000000}]}
        """.utf8)
    static let deposits = Array(
        """
        {"deposits":[{"subject":"s","scope":"shop:loyalty","version":1,"shape":{"tier":"TEXT"},"shape_signature":"a.b.c",\
        "key_id":"k","jwe":"a.b.c.d.e"}]}
        """.utf8)
}
