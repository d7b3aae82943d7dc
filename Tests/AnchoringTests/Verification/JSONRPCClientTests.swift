import Anchoring
import Testing
import WireFormats

@Suite struct JSONRPCClientTests {
    private func call(_ answer: ScriptedNode.Answer) async throws(JSONRPCFailure) -> JSON {
        try await ScriptedNode(["m": answer]).client.call("m", ["a", 1])
    }

    @Test("A result is given, and whatever else comes is told apart")
    func answers() async throws {
        #expect(try await call(.result("r")) == "r")
        #expect(try await call(.result(nil)) == .null)
        await #expect(throws: JSONRPCFailure.refused(method: "m", code: -5, message: "no  such")) {
            try await call(.refusal(code: -5, "no\n such"))
        }
        await #expect(throws: JSONRPCFailure.unreachable("nothing answers at that address")) {
            try await call(.nothing)
        }
        await #expect(throws: JSONRPCFailure.unauthorized) { try await call(.reply(status: 401, "")) }
        let garbage = [
            "", "[]", "{}", "<html>", #"{"id":1}"#, #"{"id":2,"result":1}"#, #"{"id":1,"result":1,"result":2}"#,
        ]
        for text in garbage {
            await #expect(throws: JSONRPCFailure.notJSONRPC(status: 200)) { try await call(.reply(status: 200, text)) }
        }
    }

    @Test("A stranger's words are cut")
    func longMessage() async throws {
        do {
            _ = try await call(.refusal(code: 1, String(repeating: "x", count: 10_000)))
            Issue.record("it is refused")
        } catch JSONRPCFailure.refused(_, _, let message) {
            #expect(message.count == 300)
        }
    }
}
