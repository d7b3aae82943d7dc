package import DataSharing
package import Foundation
package import OAuth

/// Brings what a person has agreed to from the market, or from what their browser made, to the service provider. Nobody
/// here can read it.
package struct SharedReleases: Sendable {
    let store: any SharingGrantStore
    let source: any SharingSource
    let calls: MarketCalls
    /// How long a market's JWE is kept, so that an answer that was lost can be had again.
    let lifetime: Duration
    /// Tells the operator what became of a question to a market: never what is in it.
    let report: @Sendable (_ grant: TicketID, _ scope: String, _ outcome: ReleaseAnswer) async -> Void

    package init(
        store: any SharingGrantStore, source: any SharingSource, calls: MarketCalls, lifetime: Duration,
        report: @escaping @Sendable (_ grant: TicketID, _ scope: String, _ outcome: ReleaseAnswer) async -> Void
    ) {
        self.store = store
        self.source = source
        self.calls = calls
        self.lifetime = lifetime
        self.report = report
    }

    /// What is shared under a grant now; nil if nothing is, or it is over. Markets are asked for what is not there.
    package func scopes(of grant: TicketID, at instant: Date) async throws -> SharedScopes? {
        guard let sharing = try await store.sharing(of: grant) else { return nil }
        let live = sharing.scopes.filter { $0.until > instant }
        guard !live.isEmpty else { return nil }
        let isAsking = live.contains { $0.release == nil }
        let kept = isAsking ? try await store.releases(of: grant, at: instant) : [:]
        let statements = isAsking ? try await source.keys(of: sharing.person)?.statements ?? [] : []
        let answers = try await withThrowingTaskGroup(of: (String, ReleaseAnswer).self) { group in
            for scope in live {
                group.addTask {
                    (
                        scope.scope,
                        try await release(of: scope, sharing, kept: kept[scope.scope], statements, at: instant)
                    )
                }
            }
            var answers: [String: ReleaseAnswer] = [:]
            for try await (scope, answer) in group { answers[scope] = answer }
            return answers
        }
        var encrypted: [(String, EncryptedScope)] = []
        var pending: [(String, PendingReason)] = []
        for scope in live {
            switch answers[scope.scope] ?? .unavailable {
            case .release(let jwe): encrypted.append((scope.scope, scope.encrypted(jwe)))
            case let other: pending.append((scope.scope, other.pendingReason ?? .unreachable))
            }
        }
        return SharedScopes(
            encrypted: encrypted.map { ($0.0, $0.1) }, pending: pending.map { ($0.0, $0.1) })
    }

    private func release(
        of scope: RecordedScope, _ sharing: RecordedSharing, kept: String?, _ statements: [String], at instant: Date
    ) async throws -> ReleaseAnswer {
        if let known = scope.release ?? kept { return .release(known) }
        var answer = try await calls.ask(scope, of: sharing, statements: statements, at: instant)
        // What could not be opened by the service provider is no release.
        if case .release(let jwe) = answer,
            (try? SealedMessage(checking: jwe, content: .release, recipient: .any)) == nil
        {
            answer = .refused(code: "invalid_release")
        }
        let outcome = answer
        // At once with what is kept, so that both wait for one commit.
        async let isReported: Void = report(sharing.grant, scope.scope, outcome)
        if case .release(let jwe) = answer {
            let end = min(instant.addingTimeInterval(lifetime.seconds), scope.until)
            try await store.keep(jwe, of: scope.scope, under: sharing.grant, until: end)
        }
        await isReported
        return answer
    }
}

extension RecordedScope {
    fileprivate func encrypted(_ jwe: String) -> EncryptedScope {
        EncryptedScope(
            version: Int64(version), heldBy: heldBy, from: market.text, marketURI: marketURI, content: .jwe(jwe),
            approval: approval, ledger: place)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
