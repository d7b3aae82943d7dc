import HTTPTypes
import OAuth
package import TransparencyLog

/// What a witness serves, C2SP tlog-witness.
package struct WitnessSite: Sendable {
    let witness: Witness

    package init(witness: Witness) { self.witness = witness }

    package var routes: [Route] {
        CommonRoutes.all + [
            Route(.get, .exact("/"), name: "witness") { _, _ in
                Self.text(.ok, witness.signer.key.name + "\n" + witness.signer.key.text + "\n")
            },
            Route(
                .post, .exact("/add-checkpoint"), name: "add_checkpoint",
                bodyLimit: AddCheckpointRequest.maximumBytes
            ) { request, _ in try await add(request.body) },
            Route(.get, .withRest(prefix: "/"), name: "witnessed_checkpoint") { _, path in
                try await checkpoint(path)
            },
        ]
    }

    private func add(_ body: [UInt8]) async throws -> EndpointResponse {
        switch try await witness.add(body) {
        case .cosigned(let lines): Self.text(.ok, String(decoding: lines, as: UTF8.self))
        case .refused(.otherSize(let size)):
            EndpointResponse(
                status: .conflict, headers: [.contentType: WitnessAnswer.sizeContentType],
                body: Array("\(size)\n".utf8))
        case .refused(.notSignedByLog): Self.text(.forbidden, "no valid signature of the log\n")
        case .refused(.unknownLog): Self.text(.notFound, "this log is not known here\n")
        case .refused(.inconsistent): Self.text(.unprocessableContent, "the trees are not shown to be consistent\n")
        case .refused(.malformed), .refused(.advance): Self.text(.badRequest, "the request is malformed\n")
        }
    }

    /// `GET /<SHA-256 of the origin in hex>/checkpoint`.
    private func checkpoint(_ path: Substring) async throws -> EndpointResponse {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "checkpoint", let hash = Self.lowercaseHex(parts[0]),
            let note = try await witness.checkpoint(originHash: hash)
        else { throw RequestRefusal.notFound }
        return Self.text(.ok, String(decoding: note, as: UTF8.self))
    }

    private static func lowercaseHex(_ text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard digits.count == 64, isHex else { return nil }
        return stride(from: 0, to: 64, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
    }

    private static func text(_ status: HTTPResponse.Status, _ text: String) -> EndpointResponse {
        EndpointResponse(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: Array(text.utf8))
    }
}
