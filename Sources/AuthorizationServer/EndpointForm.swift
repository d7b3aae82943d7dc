import OAuth

/// The form body of an endpoint of the authorization server.
enum EndpointForm {
    /// - Throws: ``FormRefusal``.
    static func read(_ request: EndpointRequest) throws(FormRefusal) -> RequestForm {
        do throws(RequestForm.Malformation) {
            return try RequestForm(decoding: request)
        } catch {
            throw FormRefusal(malformation: error)
        }
    }
}

/// Why a body is not taken.
struct FormRefusal: Refusal {
    let malformation: RequestForm.Malformation

    var wire: WireRefusal { malformation.wire }
    var reason: String { malformation.reason }
}
