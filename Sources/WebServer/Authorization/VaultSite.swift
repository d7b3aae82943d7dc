import HTTPTypes
package import PersonVault

/// The routes of people's vaults, which only the person's own pages ask. Each checks its token itself.
package struct VaultSite: Sendable {
    let path: String
    let endpoint: VaultEndpoint

    /// - Parameter path: of the public address: empty, or beginning with a slash.
    package init(path: String, endpoint: VaultEndpoint) {
        self.path = path
        self.endpoint = endpoint
    }

    private static let name = "vault"

    package var routes: [Route] {
        let base = path + VaultEndpoint.path
        let way = Route.Path.withParameter(prefix: base + "/ways/")
        let deposit = Route.Path.withParameter(prefix: base + "/deposits/")
        return [
            Route(.get, .exact(base), name: Self.name) { request, _ in try await endpoint.show(request) },
            Route(.post, .exact(base), name: Self.name, bodyLimit: 32 << 10) { request, _ in
                try await endpoint.create(request)
            },
            Route(.post, .exact(base + "/unlock"), name: Self.name, bodyLimit: 4 << 10) { request, _ in
                try await endpoint.unlock(request)
            },
            Route(.post, .exact(base + "/ways"), name: Self.name, bodyLimit: 24 << 10) { request, _ in
                try await endpoint.addWay(request)
            },
            Route(.delete, way, name: Self.name, bodyLimit: 24 << 10) { request, id in
                try await endpoint.removeWay(request, id)
            },
            Route(.post, .exact(base + "/keys"), name: Self.name, bodyLimit: 24 << 10) { request, _ in
                try await endpoint.rotate(request)
            },
            Route(.get, .exact(base + "/deposits"), name: Self.name) { request, _ in
                try await endpoint.listDeposits(request)
            },
            Route(.get, deposit, name: Self.name) { request, id in try await endpoint.showDeposit(request, id) },
            Route(.delete, deposit, name: Self.name) { request, id in try await endpoint.eraseDeposit(request, id) },
        ]
    }
}
