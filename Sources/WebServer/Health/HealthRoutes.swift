import HTTPTypes
import OAuth
import WireFormats

extension Readiness {
    /// What load balancers and service managers ask, at either address and without a key.
    package var routes: [Route] {
        [
            Route(.get, .exact("/health/live"), name: "health_live", isProbe: true) { _, _ in
                .privateJSON(["status": "live"])
            },
            Route(.get, .exact("/health/ready"), name: "health_ready", isProbe: true) { [self] _, _ in
                guard let obstacle = await obstacle() else { return .privateJSON(["status": "ready"]) }
                var response = EndpointResponse.privateJSON(
                    ["status": "not_ready", "reason": .string(obstacle.rawValue)], status: .serviceUnavailable)
                response.headers[.retryAfter] = "1"
                return response
            },
        ]
    }
}
