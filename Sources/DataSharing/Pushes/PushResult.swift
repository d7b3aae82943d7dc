package import WireFormats

/// Where the ledger has something, and what whoever checks it needs.
package struct PushedPlace: Sendable, Equatable {
    /// The log's origin.
    package let log: String
    /// Nil until it has been written into the log.
    package let index: UInt64?
    package let entry: [UInt8]
    /// Nil once what was committed to has been erased.
    package let salt: [UInt8]?
    /// The text of a tlog-proof; nil until a checkpoint covers the entry.
    package let proof: String?

    package init(log: String, index: UInt64?, entry: [UInt8], salt: [UInt8]?, proof: String? = nil) {
        self.log = log
        self.index = index
        self.entry = entry
        self.salt = salt
        self.proof = proof
    }

    package var json: JSON {
        var object: JSONObject = ["log": .string(log)]
        object["index"] = index.map { .integer(Int64(clamping: $0)) }
        object["entry"] = .string(Base64URL.encode(entry))
        object["salt"] = salt.map { .string(Base64URL.encode($0)) }
        object["proof"] = proof.map(JSON.string)
        return .object(object)
    }
}

/// What a market is told of one entry of its push.
package struct PushResult: Sendable, Equatable {
    package let id: String
    package let subject: String
    package let scope: ScopeName
    package let version: Int
    /// Nil where it has been superseded or erased since: then there is nothing any more to check.
    package let ledger: PushedPlace?

    package init(id: String, subject: String, scope: ScopeName, version: Int, ledger: PushedPlace?) {
        self.id = id
        self.subject = subject
        self.scope = scope
        self.version = version
        self.ledger = ledger
    }

    package var json: JSON {
        var object: JSONObject = [
            "id": .string(id), "subject": .string(subject), "scope": .string(scope.text),
            "version": .integer(Int64(version)),
        ]
        object["ledger"] = ledger?.json
        return .object(object)
    }
}

extension [PushResult] {
    package var json: JSON { ["results": .array(map(\.json))] }
}
