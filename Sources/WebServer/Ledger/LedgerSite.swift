import HTTPTypes
import OAuth
package import TransparencyLog
package import WireFormats

/// The ledger as anybody may read it: C2SP tlog-tiles below `/sharing/ledger`, and proofs that are put together here.
package struct LedgerSite: Sendable {
    /// Below the public address.
    package static let path = "/sharing/ledger"

    /// The public address's path: empty, or beginning with a slash.
    let prefix: String
    let ledger: any PublishedLedger
    /// Documents whose commitments the server has logged itself.
    let documents: @Sendable () async throws -> JSON

    package init(
        publicURL: String, ledger: any PublishedLedger, documents: @escaping @Sendable () async throws -> JSON
    ) {
        prefix = WellKnownRoutes.path(of: publicURL) + Self.path
        (self.ledger, self.documents) = (ledger, documents)
    }

    package var routes: [Route] {
        [
            Route(.get, .exact(prefix + "/checkpoint"), name: "ledger_checkpoint") { _, _ in try await checkpoint() },
            Route(.get, .withRest(prefix: prefix + "/tile/"), name: "ledger_tile") { _, path in
                try await tile(path)
            },
            Route(.get, .withParameter(prefix: prefix + "/proof/"), name: "ledger_proof") { _, index in
                try await proof(index)
            },
            Route(.get, .exact(prefix + "/keys"), name: "ledger_keys") { _, _ in try await keys() },
        ]
    }

    /// C2SP tlog-tiles, "Checkpoints".
    private func checkpoint() async throws -> EndpointResponse {
        guard let published = try await ledger.published() else { throw LedgerSiteRefusal.notYet }
        return EndpointResponse(headers: Self.text(caching: Self.shortCaching), body: published.note.bytes)
    }

    /// C2SP tlog-tiles, "Merkle Tree" and "Log entries". What a path stands for never changes.
    private func tile(_ path: Substring) async throws -> EndpointResponse {
        guard let path = TilePath(afterTile: path) else { throw RequestRefusal.notFound }
        guard let content = try await ledger.content(of: path) else { throw RequestRefusal.notFound }
        let caching = path.isFull ? "public, max-age=31536000, immutable" : "public, max-age=3600"
        return EndpointResponse(
            headers: [.contentType: "application/octet-stream", .cacheControl: caching], body: content)
    }

    /// C2SP tlog-proof.
    private func proof(_ index: Substring) async throws -> EndpointResponse {
        guard let index = TreeSize.parse(index) else { throw RequestRefusal.notFound }
        guard let proof = try await ledger.proof(index) else { throw LedgerSiteRefusal.notYet }
        return EndpointResponse(headers: Self.text(caching: Self.shortCaching), body: proof)
    }

    private func keys() async throws -> EndpointResponse {
        let json: JSON = [
            "origin": .string(ledger.origin), "log_key": .string(ledger.logKey.text),
            "witnesses": .array(ledger.witnesses.keys.map { .string($0.text) }),
            "quorum": .integer(Int64(ledger.witnesses.quorum)), "documents": try await documents(),
        ]
        return EndpointResponse(
            headers: [.contentType: "application/json", .cacheControl: "public, max-age=5"], body: json.encoded())
    }

    private static let shortCaching = "public, max-age=1"

    private static func text(caching: String) -> HTTPFields {
        [.contentType: "text/plain; charset=utf-8", .cacheControl: caching]
    }
}

/// What the published checkpoint does not have yet.
enum LedgerSiteRefusal: Refusal, Equatable {
    case notYet

    var wire: WireRefusal {
        WireRefusal(.notFound, "not_found", "The published checkpoint of the ledger does not have this yet")
            .with(.retryAfter, "1")
    }

    var reason: String { wire.description }
}
