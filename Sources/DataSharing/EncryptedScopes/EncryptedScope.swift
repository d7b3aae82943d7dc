package import WireFormats

/// Values of one scope on their way through the hub, which cannot read them, and what shows that they are right.
package struct EncryptedScope: Sendable, Equatable {
    package let version: Int64
    package let heldBy: ScopeDefinition.Holder
    /// The market's identifier.
    package let from: String
    package let marketURI: String
    package let content: Content
    /// The compact approval.
    package let approval: String
    package let ledger: LedgerReference?

    package enum Content: Sendable, Equatable {
        case jwe(String)
        /// The JWE is at the UserInfo endpoint.
        case hash(MessageHash)

        package var hash: MessageHash {
            switch self {
            case .jwe(let compact): MessageHash(of: compact)
            case .hash(let hash): hash
            }
        }
    }

    package init(
        version: Int64, heldBy: ScopeDefinition.Holder, from: String, marketURI: String, content: Content,
        approval: String, ledger: LedgerReference?
    ) {
        self.version = version
        self.heldBy = heldBy
        self.from = from
        self.marketURI = marketURI
        self.content = content
        self.approval = approval
        self.ledger = ledger
    }

    init?(_ json: JSON) {
        guard let object = json.object, let version = object["version"]?.integer, version > 0,
            let heldBy = object["held_by"]?.string.flatMap(ScopeDefinition.Holder.init),
            let from = object["from"]?.string, OrganizationID(from) != nil,
            let marketURI = object["market_uri"]?.string, marketURI.utf8.count <= 2048,
            let approval = object["approval"]?.string, approval.utf8.count <= MessageLimits.statement
        else { return nil }
        self.version = version
        self.heldBy = heldBy
        self.from = from
        self.marketURI = marketURI
        self.approval = approval
        switch (object["jwe"], object["jwe_hash"]) {
        case (.string(let compact)?, nil) where compact.utf8.count <= MessageLimits.sealed: content = .jwe(compact)
        case (nil, .string(let text)?):
            guard let hash = MessageHash(text) else { return nil }
            content = .hash(hash)
        default: return nil
        }
        if let ledger = object["ledger"] {
            guard let reference = LedgerReference(ledger) else { return nil }
            self.ledger = reference
        } else {
            ledger = nil
        }
    }

    var json: JSON {
        var object: JSONObject = [
            "version": .integer(version), "held_by": .string(heldBy.rawValue), "from": .string(from),
            "market_uri": .string(marketURI),
        ]
        switch content {
        case .jwe(let compact): object["jwe"] = .string(compact)
        case .hash(let hash): object["jwe_hash"] = .string(hash.text)
        }
        object["approval"] = .string(approval)
        object["ledger"] = ledger?.json
        return .object(object)
    }

    func withoutContent() -> EncryptedScope {
        EncryptedScope(
            version: version, heldBy: heldBy, from: from, marketURI: marketURI, content: .hash(content.hash),
            approval: approval, ledger: ledger)
    }
}

/// Where something is in the ledger, and with what its entry's commitment can be recomputed.
package struct LedgerReference: Sendable, Equatable {
    /// The log's origin, as `host/sharing/ledger`.
    package let log: String
    package let index: Int64
    package let entry: [UInt8]
    /// 32 bytes; empty where there is none any more.
    package let salt: [UInt8]
    /// A proof in the text form of `tlog-proof`; nil until the entry is published.
    package let proof: String?

    package init(log: String, index: Int64, entry: [UInt8], salt: [UInt8], proof: String? = nil) {
        self.log = log
        self.index = index
        self.entry = entry
        self.salt = salt
        self.proof = proof
    }

    package init?(_ json: JSON) {
        guard let object = json.object, let log = object["log"]?.string, (1...512).contains(log.utf8.count),
            let index = object["index"]?.integer, index >= 0,
            let entry = object["entry"]?.string.flatMap({ try? Base64URL.decode($0) }), entry.count <= 64 * 1024,
            let salt = object["salt"]?.string.flatMap({ try? Base64URL.decode($0) }), [0, 32].contains(salt.count)
        else { return nil }
        self.init(log: log, index: index, entry: entry, salt: salt, proof: object["proof"]?.string)
    }

    package var json: JSON {
        var object: JSONObject = [
            "log": .string(log), "index": .integer(index), "entry": .string(Base64URL.encode(entry)),
            "salt": .string(Base64URL.encode(salt)),
        ]
        if let proof { object["proof"] = .string(proof) }
        return .object(object)
    }
}
