import WireFormats

/// A link that opens a wallet with an offer, OpenID4VCI 1.0 §4.1 (#credential-offer-endpoint).
package enum CredentialOfferLink: Sendable, Equatable {
    case byValue(CredentialOffer)
    /// The address that the offer is fetched from.
    case byReference(uri: String)

    package static let scheme = "openid-credential-offer"

    package var text: String {
        switch self {
        case .byValue(let offer):
            Self.scheme + "://?" + FormParameters.encode(["credential_offer": offer.json.description])
        case .byReference(let uri):
            Self.scheme + "://?" + FormParameters.encode(["credential_offer_uri": uri])
        }
    }

    package enum Malformation: Error, Equatable {
        /// Neither a wallet's link nor an http(s) address.
        case notALink
        /// Not exactly one of `credential_offer` and `credential_offer_uri`.
        case notExactlyOneParameter
        case offer(CredentialOffer.Malformation)
    }

    /// Reads `openid-credential-offer://…`, `haip-vci://…`, an https link with such a query, or the plain address of an
    /// offer.
    package init(parsing link: String) throws(Malformation) {
        guard let schemeEnd = link.firstRange(of: ":") else { throw .notALink }
        let scheme = link[..<schemeEnd.lowerBound].lowercased()
        let isWeb = scheme == "https" || scheme == "http"
        guard isWeb || scheme == Self.scheme || scheme == "haip-vci" else { throw .notALink }
        let query = link.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()
        guard let parameters = try? FormParameters(parsing: query) else { throw .notALink }
        switch (parameters["credential_offer"], parameters["credential_offer_uri"]) {
        case (let value?, nil):
            do throws(CredentialOffer.Malformation) {
                self = .byValue(try CredentialOffer(parsing: Array(value.utf8)))
            } catch {
                throw .offer(error)
            }
        case (nil, let uri?): self = .byReference(uri: uri)
        case (nil, nil) where isWeb: self = .byReference(uri: link)
        default: throw .notExactlyOneParameter
        }
    }
}
