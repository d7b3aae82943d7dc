package import DataSharing
package import WireFormats

/// On whose page a consent is asked for, and what must be signed with it.
package struct ConsentOccasion: Sendable {
    /// The authorization server's issuer identifier.
    package let issuer: String
    /// The registry's id.
    package let person: String
    package let nonce: String
    /// The compact request object, or else the text of the request.
    package let request: String
    package let requestIsSigned: Bool
    /// Seconds since 1970.
    package let now: Int64

    package init(
        issuer: String, person: String, nonce: String, request: String, requestIsSigned: Bool, now: Int64
    ) {
        self.issuer = issuer
        self.person = person
        self.nonce = nonce
        self.request = request
        self.requestIsSigned = requestIsSigned
        self.now = now
    }

    package var requestHash: MessageHash { MessageHash(of: request) }
}

/// What a person is asked on the consent page (docs/design/014-consented-data-sharing.md).
package struct ConsentQuestion: Sendable {
    package let order: DataOrder
    /// In the order's order.
    package let scopes: [Scope]
    package let hasVault: Bool
    /// What the page's script works from.
    package let json: JSON

    package struct Scope: Sendable {
        package let ordered: DataOrder.OrderedScope
        /// Nil if the market has said nothing, or what it said was for another way of keeping it.
        package let holding: SharedHolding?

        package func has(_ claim: String) -> Bool {
            holding?.shape.entries.contains { $0.name.hasSameBytes(as: claim) } == true
        }
    }
}

extension DataOrders {
    package func question(
        _ order: DataOrder, on occasion: ConsentOccasion, languages: [String] = []
    ) async throws -> ConsentQuestion {
        let held = try await holdings(for: order, of: occasion.person)
        let hasVault = try await source.keys(of: occasion.person) != nil
        let scopes = order.scopes.map { ConsentQuestion.Scope(ordered: $0, holding: held[$0.name]) }
        var described: [JSON] = []
        for scope in scopes {
            let subject = try await source.subject(of: occasion.person, at: scope.ordered.market)
            described.append(scope.json(subject: subject, languages: languages))
        }
        let sub = try await source.subject(of: occasion.person, at: order.provider)
        let json: JSONObject = [
            "issuer": .string(occasion.issuer), "client_id": .string(order.provider.id.text),
            "client_name": .string(order.provider.name(for: languages)), "sub": .string(sub),
            "nonce": .string(occasion.nonce), "request_hash": .string(occasion.requestHash.text),
            "request": .string(occasion.request), "request_signed": .bool(occasion.requestIsSigned),
            "provider_keys": order.provider.keys.json, "encryption_key": .object(order.encryptionKey.jwk),
            "encryption_jkt": .string(order.encryptionKey.thumbprint), "now": .integer(occasion.now),
            "scopes": .array(described),
        ]
        return ConsentQuestion(order: order, scopes: scopes, hasVault: hasVault, json: .object(json))
    }

    /// What the order can be served from: of each scope the newest, if it is of the definition that is asked for now.
    func holdings(for order: DataOrder, of person: String) async throws -> [ScopeName: SharedHolding] {
        var held: [ScopeName: SharedHolding] = [:]
        for holding in try await source.holdings(of: person, scopes: order.scopes.map(\.name)) {
            let wanted = order.scopes.first { $0.name == holding.scope }
            guard let wanted, wanted.definition.heldBy == holding.definition.heldBy else { continue }
            held[holding.scope] = holding
        }
        return held
    }
}

extension ConsentQuestion.Scope {
    /// The version that the answer is about: that of what was pushed, which an older definition may describe.
    package var definition: ScopeDefinition { holding?.definition ?? ordered.definition }

    fileprivate func json(subject: String, languages: [String]) -> JSON {
        var object: JSONObject = [
            "scope": .string(ordered.name.text), "version": .integer(Int64(definition.version)),
            "held_by": .string(definition.heldBy.rawValue),
            "market": [
                "id": .string(ordered.market.id.text), "name": .string(ordered.market.name(for: languages)),
                "uri": .string(ordered.market.marketURI ?? ""), "keys": ordered.market.keys.json,
            ], "definition": definition.json, "sub": .string(subject),
        ]
        object["purpose"] = ordered.purpose.map(JSON.string)
        object["claims"] = .array(
            ordered.claims.map { claim in
                [
                    "name": .string(claim.definition.name),
                    "label": .string(claim.definition.label(for: languages)),
                    "essential": .bool(claim.isEssential), "have": .bool(has(claim.definition.name)),
                ]
            })
        object["digest"] = .null
        object["deposit"] = .null
        switch holding?.content {
        case .digest(let hash)?:
            object["digest"] = ["hash": .string(hash.text), "index": .integer(holding?.ledger.index ?? 0)]
        case .deposit(let jwe, let shapeSignature)?:
            object["deposit"] = [
                "id": .string(holding?.id ?? ""), "jwe": .string(jwe),
                "jwe_hash": .string(MessageHash(of: jwe).text), "shape_signature": .string(shapeSignature),
            ]
        case nil: break
        }
        return .object(object)
    }
}
