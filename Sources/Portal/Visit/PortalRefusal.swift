/// Why the portal cannot go on.
///
/// A reason is for the operator: it names the fact, and holds no personal data, token, code or credential.
package enum PortalRefusal: Error, Sendable, Equatable {
    /// The form was not sent from a page that this browser was given.
    case crossSite
    /// Nothing of this browser is under way, or no longer, or this was answered before.
    case over
    /// Not one of those that can be had.
    case unknownCredential
    /// The person, or the provider for them, said no.
    case declined
    /// The provider, or the way to it.
    case provider(reason: String)
    /// The credential issuer, or the way to it.
    case issuer(reason: String)
}
