import HTTPTypes
import OAuth

/// Whether a form was sent from our own page, by what browsers say of it and scripts cannot forge.
enum SameOrigin {
    /// True also without either header: then it was no browser, and nobody's cookies or session are at stake.
    static func check(_ request: EndpointRequest, at address: PublicAddress) -> Bool {
        // Fetch Metadata: `none` is the visitor's own doing, such as sending the form again from the history.
        let sites = request.headers[values: .secFetchSite]
        guard sites.allSatisfy({ $0 == "same-origin" || $0 == "none" }) else { return false }
        return request.headers[values: .origin].allSatisfy { $0.lowercased() == address.origin }
    }
}
