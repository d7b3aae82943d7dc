import HTTPTypes
import OAuth
import Testing

@Suite("Media type of a request")
struct MediaTypeTests {
    @Test(
        "The type counts, not its case, its parameters or the space before them",
        arguments: [
            "application/json", "Application/JSON", "application/json;charset=utf-8", "application/json ; a=b",
            "application/json\t;", "application/json;",
        ])
    func matching(value: String) {
        let request = EndpointRequest(method: .post, headers: [.contentType: value])
        #expect(request.hasContentType("application/json"))
    }

    @Test(
        "Anything else does not match",
        arguments: [
            "", "application/jsonp", "application/jso", "application/json, text/plain", "text/json",
            "application/ld+json",
            "application", ";application/json", "\"application/json\"", "applicatioN\u{0}json", "application\u{F}json",
            "application/json x",
        ])
    func other(value: String) {
        let request = EndpointRequest(method: .post, headers: [.contentType: value])
        #expect(!request.hasContentType("application/json"))
        #expect(!EndpointRequest(method: .post).hasContentType("application/json"))
    }

    @Test("Two media types are none")
    func repeated() {
        var headers: HTTPFields = [:]
        headers[values: .contentType] = ["application/json", "application/json"]
        #expect(!EndpointRequest(method: .post, headers: headers).hasContentType("application/json"))
    }
}
