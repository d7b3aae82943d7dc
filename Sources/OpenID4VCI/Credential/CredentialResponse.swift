package import OAuth
import WireFormats

/// An immediate credential response, OpenID4VCI 1.0 §8.3 (#credential-response).
package struct CredentialResponse: Sendable, Equatable {
    /// Each as it stands in the response: ASCII without characters that JSON escapes.
    package let credentials: [[UInt8]]

    package init(credentials: [[UInt8]]) {
        self.credentials = credentials
    }

    package var response: EndpointResponse {
        var writer = JSONWriter(capacity: credentials.reduce(64) { $0 + $1.count + 24 })
        writer.raw("{\"credentials\":[")
        for (index, credential) in credentials.enumerated() {
            writer.raw(index == 0 ? "{\"credential\":" : ",{\"credential\":")
            writer.plainString(credential)
            writer.raw("}")
        }
        writer.raw("]}")
        return .privateJSON(writer.bytes)
    }

    package enum Malformation: Error, Equatable {
        case notJSONObject
        case noCredentials
        case credentialNotString
    }

    package init(parsing body: [UInt8]) throws(Malformation) {
        guard let object = (try? JSON(parsing: body))?.object else { throw .notJSONObject }
        guard let entries = object["credentials"]?.array, !entries.isEmpty else { throw .noCredentials }
        let texts = entries.compactMap { $0["credential"]?.string }
        guard texts.count == entries.count else { throw .credentialNotString }
        credentials = texts.map { Array($0.utf8) }
    }
}
