package import CredentialFormats
package import Foundation
package import JOSE
package import OAuth
import OpenID4VCI
import RegistryRecords
import TransactionTimeline
import WireFormats

/// What a request for a credential asks, found to be granted.
package struct CredentialOrder: Sendable {
    package let configuration: CredentialConfiguration
    fileprivate let access: AuthenticatedAccess
    fileprivate let proofs: CredentialRequest.Proofs
}

/// Keys that the wallet has proved, and the nonces it proved them with, not yet spent.
package struct ProvenHolders: Sendable {
    fileprivate let holders: [CredentialContent.Holder?]
    fileprivate let nonces: [TicketID]
}

/// Makes credentials: from a granted request to signed bytes.
package struct CredentialIssuance: Sendable {
    let issuerIdentifier: String
    let configurations: [String: CredentialConfiguration]
    /// The encoder of a configuration with the key that signs at an instant.
    let encoder: @Sendable (_ configurationID: String, Date) throws -> any CredentialEncoder
    let nonces: TicketMint
    let persons: any PersonSource
    let store: any IssuanceStore
    let policy: Policy

    /// What the operator decides.
    package struct Policy: Sendable {
        package let batchSize: Int
        package let nonceLifetime: Duration
        package let proofAlgorithms: Set<SignatureAlgorithm>

        package init(
            batchSize: Int, nonceLifetime: Duration,
            proofAlgorithms: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.elliptic)
        ) {
            self.batchSize = batchSize
            self.nonceLifetime = nonceLifetime
            self.proofAlgorithms = proofAlgorithms
        }
    }

    package init(
        issuerIdentifier: String, configurations: [CredentialConfiguration],
        encoder: @escaping @Sendable (_ configurationID: String, Date) throws -> any CredentialEncoder,
        nonces: TicketMint, persons: any PersonSource, store: any IssuanceStore, policy: Policy
    ) {
        self.issuerIdentifier = issuerIdentifier
        self.configurations = Dictionary(uniqueKeysWithValues: configurations.map { ($0.id, $0) })
        self.encoder = encoder
        self.nonces = nonces
        self.persons = persons
        self.store = store
        self.policy = policy
    }

    func authorize(
        _ request: CredentialRequest, under access: AuthenticatedAccess
    ) throws(CredentialRefusal) -> CredentialOrder {
        let grant = access.grant
        let id: String
        switch request.credential {
        case .identifier(let identifier):
            guard let named = grant.credentialIdentifiers[identifier] else { throw .unknownIdentifier }
            id = named
        case .configurationID(let named):
            guard configurations[named] != nil else { throw .unknownConfiguration }
            // §8.2: whoever was given identifiers asks by them.
            guard grant.credentialIdentifiers.isEmpty else { throw .identifierNeeded }
            id = named
        }
        guard let configuration = configurations[id] else { throw .unknownConfiguration }
        guard grant.credentialConfigurationIDs.contains(id) else { throw .configurationNotGranted(access.scheme) }
        return CredentialOrder(configuration: configuration, access: access, proofs: request.proofs)
    }

    func verifyProofs(of order: CredentialOrder, at instant: Date) throws(CredentialRefusal) -> ProvenHolders {
        guard order.configuration.isKeyBound else { return ProvenHolders(holders: [nil], nonces: []) }
        guard case .jwt(let texts) = order.proofs else { throw .missingProof }
        guard texts.count <= policy.batchSize else { throw .tooManyProofs(maximum: policy.batchSize) }
        let expected = VerifiedKeyProof.Expectation(
            audience: issuerIdentifier, algorithms: policy.proofAlgorithms, now: instant,
            maximumAge: Double(policy.nonceLifetime.components.seconds))
        var holders: [CredentialContent.Holder?] = []
        var nonces: [TicketID] = []
        for text in texts {
            let proof: VerifiedKeyProof
            do throws(KeyProofRefusal) {
                proof = try VerifiedKeyProof(verifying: text, against: expected)
            } catch {
                throw .proof(error)
            }
            guard !holders.contains(where: { $0?.key == proof.key }) else { throw .sameKeyTwice }
            holders.append(CredentialContent.Holder(key: proof.key, did: proof.did, jwk: proof.jwk))
            let nonce = try recognise(proof.nonce, at: instant)
            if !nonces.contains(nonce) { nonces.append(nonce) }
        }
        return ProvenHolders(holders: holders, nonces: nonces)
    }

    private func recognise(_ text: String, at instant: Date) throws(CredentialRefusal) -> TicketID {
        guard let nonce = nonces.recognise(text) else { throw .unknownNonce }
        let age = instant.timeIntervalSince(nonce.madeAt)
        guard age <= Double(policy.nonceLifetime.components.seconds) else { throw .staleNonce }
        return nonce
    }

    func issue(
        _ order: CredentialOrder, to proven: ProvenHolders, at instant: Date
    ) async throws -> CredentialResponse {
        let claims = try await claims(of: order.access.grant.subject, for: order.configuration)
        let encoder = try encoder(order.configuration.id, instant)
        let (issuedAt, expiresAt) = validity(of: order.configuration, at: instant)
        let credentials = try proven.holders.map { holder in
            try encoder.issue(
                CredentialContent(claims: claims, holder: holder, issuedAt: issuedAt, expiresAt: expiresAt))
        }
        // The nonces are spent after everything that can fail and before anything is answered.
        let issuance = Issuance(
            grant: order.access.grant, uses: order.access.uses, nonces: proven.nonces,
            event: issuedEvent(order, proven, at: instant))
        switch try await store.record(issuance) {
        case .success: break
        case .failure(.nonceSpent): throw CredentialRefusal.spentNonce
        case .failure(.proofReplayed): throw CredentialRefusal.possession(.replayed)
        case .failure(.accessEnded): throw CredentialRefusal.revokedToken(order.access.scheme)
        }
        return CredentialResponse(credentials: credentials)
    }

    /// Whole hours: a precise time would link the copies of a credential (OpenID4VCI 1.0 §15.4.1).
    private func validity(of configuration: CredentialConfiguration, at instant: Date) -> (Int64, Int64) {
        let seconds = Int64(instant.timeIntervalSince1970)
        let issuedAt = seconds - seconds % 3600
        return (issuedAt, issuedAt + configuration.validity.components.seconds)
    }

    private func issuedEvent(_ order: CredentialOrder, _ proven: ProvenHolders, at instant: Date) -> TimelineEvent {
        var detail: JSONObject = [
            "credential_configuration_id": .string(order.configuration.id),
            "credentials": .integer(Int64(proven.holders.count)),
        ]
        if let nonce = proven.nonces.first {
            detail[Self.nonceFetchedAt] = .integer(Int64(nonce.madeAt.timeIntervalSince1970 * 1000))
        }
        return TimelineEvent(at: instant, step: .credential, detail: detail)
    }

    /// Names, in an event's detail, the milliseconds since 1970 at which the nonce was handed out.
    static let nonceFetchedAt = "nonce_fetched_at"

    /// Puts a refusal into the timeline of the offer that the token came from.
    func note(_ refusal: CredentialRefusal, under grant: AccessGrant, at instant: Date) async throws {
        let event = TimelineEvent(
            at: instant, step: .credential, outcome: .refused(code: refusal.wire.code, reason: refusal.reason))
        try await store.append(event, to: grant.transaction)
    }
}

extension CredentialIssuance {
    /// The claims that a person would get; refuses as issuing would.
    package func claims(
        of subject: AccessGrant.Subject, for configuration: CredentialConfiguration
    ) async throws -> ClaimTree {
        switch subject {
        case .registry(let id):
            guard let person = try await persons.person(id: id) else {
                throw CredentialRefusal.claimsUnavailable("the registry has nobody by that id")
            }
            return try map { () throws(ClaimRefusal) in
                try ClaimMapping.claims(from: person, rules: configuration.claims)
            }
        case .pushed(let bytes):
            let pushed = (try? JSON(parsing: bytes))?.object ?? [:]
            return try map { () throws(ClaimRefusal) in
                try ClaimMapping.claims(pushed: pushed, rules: configuration.claims)
            }
        }
    }

    private func map(_ mapping: () throws(ClaimRefusal) -> ClaimTree) throws(CredentialRefusal) -> ClaimTree {
        do throws(ClaimRefusal) {
            return try mapping()
        } catch {
            throw .claimsUnavailable(error.description)
        }
    }
}
