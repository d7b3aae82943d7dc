import WireFormats

/// The form of a request, RFC 6749 §3.1 and §3.2: no parameter twice but `resource` (RFC 8707 §2); one without a value
/// counts as omitted.
package struct RequestForm: Sendable {
    package static let maximumResources = 16

    private let parameters: FormParameters
    /// The values of `resource` in their order, not checked yet.
    package let resources: [String]

    /// Why a request has no such form.
    package enum Malformation: Error, Equatable {
        case mediaType
        case form
        case repeatedParameter
    }

    /// The body of `request`.
    package init(decoding request: EndpointRequest) throws(Malformation) {
        guard request.hasContentType("application/x-www-form-urlencoded") else { throw .mediaType }
        try self.init(parsing: request.body)
    }

    package init(parsing bytes: [UInt8]) throws(Malformation) {
        var resources: [String] = []
        var rest: [ArraySlice<UInt8>] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            if pair.starts(with: "resource=".utf8) {
                if let value = try Self.parse([pair])["resource"] { resources.append(value) }
            } else {
                rest.append(pair)
            }
        }
        parameters = try Self.parse(rest)
        // Its name may be percent-encoded.
        if let encoded = parameters["resource"] { resources.append(encoded) }
        guard resources.count <= Self.maximumResources else { throw .form }
        self.resources = resources
    }

    private static func parse(_ pairs: [ArraySlice<UInt8>]) throws(Malformation) -> FormParameters {
        do throws(FormParameters.Malformation) {
            return try FormParameters(pairs: pairs)
        } catch {
            throw error == .repeated ? .repeatedParameter : .form
        }
    }

    package subscript(name: String) -> String? { parameters[name] }
}

extension RequestForm.Malformation {
    /// For endpoints that say no more of it.
    package var wire: WireRefusal {
        switch self {
        case .mediaType: WireRefusal("invalid_request", "The body must be application/x-www-form-urlencoded")
        case .form: WireRefusal("invalid_request", "The form is malformed")
        case .repeatedParameter: WireRefusal("invalid_request", "A parameter is repeated")
        }
    }

    package var reason: String {
        switch self {
        case .mediaType: "the body is no form"
        case .form: "malformed form"
        case .repeatedParameter: "repeated parameter"
        }
    }
}
