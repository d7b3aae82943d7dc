import Foundation
import JOSE
import OAuth

/// A client with what it has to show.
struct TestClient: Sendable {
    enum Authentication: Sendable {
        case none
        case secret(String)
        case assertion(PrivateKey)
        /// By the key of a wallet's installation, which the test attester vouches for.
        case attestation(PrivateKey)
    }

    let id: String
    let redirectURI: String
    var authentication: Authentication
    /// Nil for a client that sends no proofs.
    var proofs: DPoPProofMaker?

    static let secret = "a secret of the library"
    static let bankKey = PrivateKey.generateP256()
    static let bankKeyID = "bank-1"

    /// Public, and bound to a key.
    static var wallet: TestClient {
        TestClient(
            id: "wallet", redirectURI: "http://127.0.0.1:49152/callback", authentication: .none,
            proofs: DPoPProofMaker(key: .generateP256()))
    }

    /// Public, without a key.
    static let app = TestClient(id: "app", redirectURI: "https://app.example.org/callback", authentication: .none)
    static let library = TestClient(
        id: "library", redirectURI: "https://library.example.org/callback", authentication: .secret(secret))
    /// Registered for `openid` and `profile` alone.
    static let narrow = TestClient(
        id: "narrow", redirectURI: "https://narrow.example.org/callback", authentication: .secret(secret))
    /// The operator asks for the stronger level.
    static let vault = TestClient(
        id: "vault", redirectURI: "https://vault.example.org/callback", authentication: .secret(secret))
    static let bank = TestClient(
        id: "bank", redirectURI: "https://bank.example.org/callback", authentication: .assertion(bankKey))
    /// Another server that takes our tokens.
    static let service = TestClient(
        id: "https://api.example.org", redirectURI: "", authentication: .secret(secret))

    /// A wallet that is registered and attested.
    static var knownWallet: TestClient { attested("known-wallet", "https://known.example.org/callback") }
    /// A wallet that nobody registered.
    static var strangeWallet: TestClient { attested("strange-wallet", "https://strange.example.org/callback") }

    private static func attested(_ id: String, _ redirectURI: String) -> TestClient {
        TestClient(
            id: id, redirectURI: redirectURI, authentication: .attestation(.generateP256()),
            proofs: DPoPProofMaker(key: .generateP256()))
    }

    /// The same client with another key for its proofs.
    func withOtherKey() -> TestClient {
        var other = self
        other.proofs = DPoPProofMaker(key: .generateP256())
        return other
    }

    func withoutProofs() -> TestClient {
        var other = self
        other.proofs = nil
        return other
    }

    func authenticated(by authentication: Authentication) -> TestClient {
        var other = self
        other.authentication = authentication
        return other
    }
}

/// An authorization request that is good until a test changes it, with the secret behind it.
struct AuthorizationDraft: Sendable {
    var request: AuthorizationRequest
    let client: TestClient
    let verifier = CodeVerifier()

    init(_ client: TestClient, scopes: [String] = ["openid"]) {
        self.client = client
        request = AuthorizationRequest(clientID: client.id, redirectURI: client.redirectURI)
        request.scopes = scopes
        request.state = "state of the client"
        request.nonce = "nonce of the client"
        request.codeChallenge = verifier.challenge
    }

    func with(_ change: (inout AuthorizationRequest) -> Void) -> AuthorizationDraft {
        var draft = self
        change(&draft.request)
        return draft
    }
}
