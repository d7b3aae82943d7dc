package import DataSharing
package import WireFormats

/// Values of one scope, and what was relied on.
package struct SharedScopeReport: Sendable, Equatable {
    package let scope: String
    package let version: Int64
    package let market: String
    package let marketURI: String
    package let values: JSONObject
    /// When the consent ends, seconds since 1970.
    package let until: Int64
    package let approvalID: String
    package let purpose: String?
    package let source: Source
    package let definition: ScopeDefinition

    /// Whose word the values are.
    package enum Source: Sendable, Equatable {
        case market(
            keyID: String, keyThumbprint: String, digestHash: MessageHash, ledger: LedgerLookups.Finding,
            keyLedger: LedgerLookups.Finding)
        /// What the person typed: nobody vouches for it.
        case person
    }

    init(
        scope: String, content: EncryptedScope, approval: ConsentApproval, values: JSONObject, source: Source,
        definition: ScopeDefinition
    ) {
        self.scope = scope
        version = content.version
        market = content.from
        marketURI = content.marketURI
        self.values = values
        until = approval.until
        approvalID = approval.identifier
        purpose = approval.purpose
        self.source = source
        self.definition = definition
    }

    package var json: JSON {
        var object: JSONObject = [
            "scope": .string(scope), "version": .integer(version), "market": .string(market),
            "market_uri": .string(marketURI), "values": .object(values), "until": .integer(until),
            "approval": .string(approvalID),
        ]
        switch source {
        case .person: object["self_asserted"] = true
        case .market(let keyID, let thumbprint, let hash, let ledger, let keyLedger):
            object["relied_on"] = [
                "market_key": ["kid": .string(keyID), "thumbprint": .string(thumbprint), "ledger": keyLedger.json],
                "digest_hash": .string(hash.text), "ledger": ledger.json,
            ]
        }
        return .object(object)
    }
}

extension LedgerLookups.Finding {
    package var json: JSON {
        var object: JSONObject = [
            "log": .string(log), "index": .integer(index), "verified": .bool(checkpointSize != nil),
        ]
        if let checkpointSize { object["checkpoint_size"] = .integer(Int64(checkpointSize)) }
        object["witnesses"] = .array(witnesses.map(JSON.string))
        return .object(object)
    }
}

/// Everything that came of one request.
package struct SharedDataReport: Sendable {
    /// The person, as this provider knows them.
    package let subject: String
    package let scopes: [SharedScopeReport]
    package let refused: [(scope: String, refusal: ReceivedScopeRefusal)]
    package let pending: [(scope: String, reason: PendingReason)]
    /// The anchors that cover everything in the ledger that was relied on: one for each node that was asked.
    package var anchors: [AnchorStatement] = []

    package init(
        subject: String, scopes: [SharedScopeReport], refused: [(scope: String, refusal: ReceivedScopeRefusal)],
        pending: [(scope: String, reason: PendingReason)]
    ) {
        self.subject = subject
        self.scopes = scopes
        self.refused = refused
        self.pending = pending
    }

    /// Entries of the ledger that were relied on.
    package var findings: [LedgerLookups.Finding] {
        scopes.flatMap { scope -> [LedgerLookups.Finding] in
            guard case .market(_, _, _, let ledger, let keyLedger) = scope.source else { return [] }
            return [ledger, keyLedger]
        }
    }

    /// Everything that was asked for is here, and nothing speaks against it.
    package var isComplete: Bool {
        refused.isEmpty && pending.isEmpty && !anchors.contains(where: \.isRefused)
    }

    package var json: JSON {
        var object: JSONObject = [
            "sub": .string(subject), "received": .array(scopes.map(\.json)),
            "refused": .array(
                refused.map { ["scope": .string($0.scope), "problem": .string($0.refusal.sentence)] }),
            "pending": .object(JSONObject(pending.map { ($0.scope, .string($0.reason.text)) })),
        ]
        object["anchors"] = .array(anchors.map(\.json))
        return .object(object)
    }
}

extension ReceivedScopeChecks {
    /// Opens and verifies every scope by itself: what is wrong with one says nothing against another.
    package func report(_ received: ReceivedSharing) async -> SharedDataReport {
        var scopes: [SharedScopeReport] = []
        var refused: [(scope: String, refusal: ReceivedScopeRefusal)] = []
        for (scope, content) in received.scopes.encrypted {
            do throws(ReceivedScopeRefusal) {
                scopes.append(try await verify(scope, content, of: received))
            } catch {
                refused.append((scope, error))
            }
        }
        return SharedDataReport(
            subject: received.subject, scopes: scopes, refused: refused, pending: received.scopes.pending)
    }
}
