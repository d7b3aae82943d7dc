import HTTPTypes
import Testing

/// The exposition that Prometheus reads.
@Suite struct MetricsTests {
    @Test("Requests, refusals and credentials are counted by route, code and configuration")
    func counts() async throws {
        let issuer = try await TestIssuer.withPeople()
        var call = try await issuer.credentialCall(issuer.token(["card", "diploma"]))
        call.setProofs([try call.proof.signed(), try call.anotherProof().signed()])
        #expect(try await call.send().status == 200)
        #expect(try await call.send().status == 400)
        _ = await issuer.tokenRequest(code: "c0ffee")
        _ = await issuer.send(.get, "/somewhere/else")

        let reply = await issuer.manage(.get, "/metrics")
        #expect(reply.headers[.contentType] == "text/plain; version=0.0.4")
        let lines = reply.text.split(separator: "\n").map(String.init)
        for line in [
            #"http_requests_total{route="credential",status="200"} 1"#,
            #"http_requests_total{route="credential",status="400"} 1"#,
            #"http_requests_total{route="token",status="200"} 1"#,
            #"http_requests_total{route="none",status="404"} 1"#,
            #"http_refusals_total{route="credential",code="invalid_nonce"} 1"#,
            #"http_refusals_total{route="token",code="invalid_grant"} 1"#,
            #"credentials_issued_total{configuration="card"} 2"#,
            #"http_request_duration_seconds_count{route="nonce"} 1"#,
            #"http_request_duration_seconds_bucket{route="nonce",le="+Inf"} 1"#,
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix("process_resident_memory_bytes ") })
        #expect(!reply.text.contains("somewhere"))
    }
}
