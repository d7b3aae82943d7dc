package import WireFormats

/// Why a scope that was agreed to is not there yet.
package enum PendingReason: Sendable, Hashable {
    case notReady
    case unreachable
    /// The market refuses, with this code.
    case refused(String)

    package var text: String {
        switch self {
        case .notReady: "not_ready"
        case .unreachable: "unreachable"
        case .refused(let code): "refused:" + code
        }
    }

    package init?(_ text: String) {
        switch text {
        case "not_ready": self = .notReady
        case "unreachable": self = .unreachable
        default:
            guard text.hasPrefix("refused:") else { return nil }
            let code = text.dropFirst("refused:".count)
            guard (1...100).contains(code.utf8.count), code.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                return nil
            }
            self = .refused(String(code))
        }
    }

    /// Asking again can help.
    package var isPassing: Bool {
        switch self {
        case .notReady, .unreachable: true
        case .refused: false
        }
    }
}

/// What a service provider gets of the scopes that a person agreed to: members of the ID token and of the UserInfo
/// response. `_claim_names` and `_claim_sources` are OpenID Connect Core §5.6.2.
package struct SharedScopes: Sendable, Equatable {
    /// Bytes of all JWEs together, past which an ID token has hashes of them.
    package static let maximumInIDToken = 16 * 1024

    /// By the name of the scope, in the order of the request.
    package let encrypted: [(scope: String, content: EncryptedScope)]
    package let pending: [(scope: String, reason: PendingReason)]

    package init(
        encrypted: [(scope: String, content: EncryptedScope)], pending: [(scope: String, reason: PendingReason)]
    ) {
        (self.encrypted, self.pending) = (encrypted, pending)
    }

    package static func == (left: SharedScopes, right: SharedScopes) -> Bool {
        left.encrypted.elementsEqual(right.encrypted, by: ==) && left.pending.elementsEqual(right.pending, by: ==)
    }

    package var isEmpty: Bool { encrypted.isEmpty && pending.isEmpty }

    /// Members for an ID token: with the JWEs if they are short.
    package var idTokenMembers: JSONObject {
        let length = encrypted.reduce(0) { sum, entry in
            if case .jwe(let compact) = entry.content.content { sum + compact.utf8.count } else { sum }
        }
        return length <= Self.maximumInIDToken ? members(sources: true) : withoutContents.members(sources: false)
    }

    /// Members for a UserInfo response, always with the JWEs.
    package var userInfoMembers: JSONObject { members(sources: true) }

    private var withoutContents: SharedScopes {
        SharedScopes(encrypted: encrypted.map { ($0.scope, $0.content.withoutContent()) }, pending: pending)
    }

    private func members(sources: Bool) -> JSONObject {
        var object = JSONObject()
        if !encrypted.isEmpty {
            object["encrypted_scopes"] = .object(JSONObject(encrypted.map { ($0.scope, $0.content.json) }))
        }
        if !pending.isEmpty {
            object["claims_pending"] = .object(JSONObject(pending.map { ($0.scope, .string($0.reason.text)) }))
        }
        guard sources else { return object }
        var names = JSONObject()
        var contents = JSONObject()
        for (scope, content) in encrypted {
            guard case .jwe(let compact) = content.content else { continue }
            // A source holds one JWT: the second scope of a market has one of its own.
            let source = contents[content.from] == nil ? content.from : scope
            names[scope] = .string(source)
            contents[source] = ["JWT": .string(compact)]
        }
        guard !names.isEmpty else { return object }
        object["_claim_names"] = .object(names)
        object["_claim_sources"] = .object(contents)
        return object
    }

    /// Why the members are not what they should be.
    package enum Malformation: Error, Equatable {
        case encryptedScopes
        case pending
        case tooMany
        /// A scope that is both there and pending.
        case contradiction
    }

    /// What an ID token or a UserInfo response has; both may be missing.
    package init(reading claims: JSONObject) throws(Malformation) {
        var encrypted: [(String, EncryptedScope)] = []
        if let stated = claims["encrypted_scopes"] {
            guard let object = stated.object else { throw .encryptedScopes }
            guard object.members.count <= DataSharingDetail.maximumEntries else { throw .tooMany }
            for member in object.members {
                guard ScopeName(member.name) != nil, let content = EncryptedScope(member.value) else {
                    throw .encryptedScopes
                }
                encrypted.append((member.name, content))
            }
        }
        var pending: [(String, PendingReason)] = []
        if let stated = claims["claims_pending"] {
            guard let object = stated.object else { throw .pending }
            guard object.members.count <= DataSharingDetail.maximumEntries else { throw .tooMany }
            for member in object.members {
                guard ScopeName(member.name) != nil, let reason = member.value.string.flatMap(PendingReason.init) else {
                    throw .pending
                }
                guard !encrypted.contains(where: { $0.0 == member.name }) else { throw .contradiction }
                pending.append((member.name, reason))
            }
        }
        self.init(encrypted: encrypted.map { ($0.0, $0.1) }, pending: pending.map { ($0.0, $0.1) })
    }
}
