/// What the portal works with.
package struct PortalSettings: Sendable, Equatable {
    /// The authorization server that people log in at.
    package let provider: String
    /// The credential issuer.
    package let issuer: String
    /// What the provider knows the portal as.
    package let clientID: String
    package let starts: Starts
    /// Whether the file says so, rather than this server standing in.
    let namesProvider: Bool
    let namesIssuer: Bool

    /// How often people go from the portal to the provider in a while.
    package struct Starts: Sendable, Equatable {
        /// From one network address.
        package let address: Int
        package let window: Duration
    }
}
