import DataSharing
import JOSE
import WireFormats

/// Parsers of data sharing: what is accepted says the same when it is written again.
enum SharingChecks {
    static func approval(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let text = String(strictUTF8: input[...]), let parsed = try? UnverifiedApproval(parsing: text) else {
            return false
        }
        try hold("an approval names its own key", for: input, !parsed.approval.signingKeyID.isEmpty)
        return true
    }

    static func approvalPayload(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        let header: JSONObject = [
            "alg": "ES256", "typ": .string(ConsentApproval.type), "kid": .string(SharingSamples.keyID),
        ]
        let parts = [JSON.object(header).encoded(), input, [UInt8](repeating: 1, count: 64)]
        let compact = parts.map { Base64URL.encode($0) }.joined(separator: ".")
        guard let approval = try? UnverifiedApproval(parsing: compact).approval else { return false }
        try hold("an approval says all that it was read from", for: input, approval.json == normal(input))
        return true
    }

    /// `aud` is a list, so that the order of members is all that may differ.
    private static func normal(_ input: [UInt8]) -> JSONObject? { (try? JSON(parsing: input))?.object }

    static func sealedRelease(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let text = String(strictUTF8: input[...]),
            let sealed = try? SealedMessage(checking: text, content: .release, recipient: .any)
        else { return false }
        try hold("a sealed message names its key", for: input, text.utf8.count <= MessageLimits.sealed)
        return !sealed.keyID.isEmpty || input.isEmpty == false
    }

    static func details(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let json = try? JSON(parsing: input), let entries = try? DataSharingDetail.entries(in: json) else {
            return false
        }
        let again = try? DataSharingDetail.entries(in: .array(entries.map(\.json)))
        try hold("entries are read again as they were", for: input, again == entries)
        return true
    }

    static func releaseRequest(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let request = try? ReleaseRequest(parsing: input) else { return false }
        let again = try? ReleaseRequest(parsing: request.json.encoded())
        try hold("a release request is read again as it was", for: input, again == request)
        return true
    }

    static func sharedScopes(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        guard let object = (try? JSON(parsing: input))?.object, let scopes = try? SharedScopes(reading: object) else {
            return false
        }
        let again = try? SharedScopes(reading: scopes.userInfoMembers)
        try hold("shared scopes are read again as they were", for: input, again == scopes)
        return true
    }
}

/// What ``SharingChecks`` accept, to start from.
enum SharingSamples {
    static let keyID = MessageHash(of: "a key").text

    private static let encryptionKey = try! PublicEncryptionKey(jwk: [
        // The base point of the curve is a key whose private half everybody knows.
        "kty": "EC", "crv": "P-256", "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    ])

    static let approvalPayload = JSON.object(
        ConsentApproval(
            signingKeyID: keyID, subject: "sub", audiences: ["https://hub.example", "https://shop.example"],
            clientID: "bank", scope: "shop:loyalty", version: 2, claims: ["tier", "points"], purpose: "why",
            requestHash: MessageHash(of: "request"), encryptionKeyThumbprint: encryptionKey.thumbprint,
            basis: .digest(hash: MessageHash(of: "digest"), index: 3), until: 2000, nonce: "n", identifier: "j",
            issuedAt: 1000, expiresAt: 1300
        ).json
    ).encoded()

    static let approval: [UInt8] = {
        let key = PrivateKey.generateP256()
        let id = Base64URL.encode(key.publicKey.thumbprint)
        var claims = (try? JSON(parsing: approvalPayload))?.object ?? [:]
        claims["iss"] = .string(id)
        let issuer = JWSIssuer(signer: key, header: ["typ": .string(ConsentApproval.type), "kid": .string(id)])
        return Array((try! issuer.sign(claims: claims)).utf8)
    }()

    static let sealedRelease = Array(
        (try! SealedMessage.seal("values", content: .release, to: encryptionKey)).utf8)

    static let details = JSON.array([
        DataSharingDetail(
            scope: "shop:loyalty", claims: .some([.init("tier", isEssential: true), .init("points")]), purpose: "why",
            encryptionKey: encryptionKey
        ).json,
        DataSharingDetail(scope: "shop:other", claims: .all, purpose: nil, encryptionKey: encryptionKey).json,
    ]).encoded()

    static let releaseRequest = ReleaseRequest(
        approval: "a.b.c", request: "d.e.f", isRequestSigned: true, statements: ["g.h.i"]
    ).json.encoded()

    static let sharedScopes = JSON.object(
        SharedScopes(
            encrypted: [
                (
                    "shop:loyalty",
                    EncryptedScope(
                        version: 1, heldBy: .market, from: "shop", marketURI: "https://shop.example",
                        content: .jwe("a.b.c.d.e"), approval: "a.b.c",
                        ledger: LedgerReference(
                            log: "h/l", index: 4, entry: [1, 2], salt: [UInt8](repeating: 7, count: 32)))
                )
            ], pending: [("shop:other", .notReady)]
        ).userInfoMembers
    ).encoded()
}
