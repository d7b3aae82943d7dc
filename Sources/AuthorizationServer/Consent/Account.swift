package import Foundation
import JOSE
import OAuth
import WireFormats

/// The person's own page: what they have agreed to, and taking it back.
package struct Account: Sendable {
    let consents: any ConsentStore
    let clients: ClientDirectory
    let catalog: any CredentialCatalogSource
    let texts: ClaimTexts
    let claims: any PersonClaims
    let keys: any TokenSigningKeys
    let issuer: String
    /// Nil where no data is shared.
    let sharing: (any SharingDesk)?
    let now: @Sendable () -> Date

    package init(
        consents: any ConsentStore, clients: ClientDirectory, catalog: any CredentialCatalogSource,
        texts: ClaimTexts, claims: any PersonClaims, keys: any TokenSigningKeys, issuer: String,
        sharing: (any SharingDesk)? = nil, now: @escaping @Sendable () -> Date
    ) {
        self.consents = consents
        self.clients = clients
        self.catalog = catalog
        self.texts = texts
        self.claims = claims
        self.keys = keys
        self.issuer = issuer
        self.sharing = sharing
        self.now = now
    }

    package func page(
        of session: Session, csrf: String, passkeys: [RegisteredPasskey], offersPasskeys: Bool, confirmsFirst: Bool,
        offersVault: Bool = false
    ) async throws -> AccountPage {
        let catalog = await catalog.catalog()
        var given: [GivenConsent] = []
        for recorded in try await consents.consents(of: session.person) {
            given.append(try await shown(recorded, catalog))
        }
        return AccountPage(
            csrf: csrf, name: try await claims.displayName(of: session.person), consents: given, passkeys: passkeys,
            offersPasskeys: offersPasskeys, confirmsFirst: confirmsFirst, offersVault: offersVault)
    }

    private func shown(_ recorded: RecordedConsent, _ catalog: CredentialCatalog) async throws -> GivenConsent {
        let consent = recorded.consent
        let client = try await clients.client(consent.clientID)
        let address = client?.metadata.redirectURIs.first?.text ?? ""
        return GivenConsent(
            id: consent.id.text,
            party: client?.party(redirectURI: address)
                ?? RequestingParty(
                    name: LocalizedText(consent.clientID), host: nil, isVerified: false, policyURI: nil,
                    termsURI: nil),
            credentials: consent.credentials.map { credential in
                catalog.entry(configurationID: credential.configurationID, at: [credential.issuer])?.name
                    ?? LocalizedText(credential.configurationID)
            },
            claims: consent.claims.map(texts.label), purpose: consent.purpose,
            sharing: try await sharing?.shown(consent, lastUsedAt: recorded.lastUsedAt) ?? [], givenAt: consent.givenAt,
            expiresAt: consent.expiresAt, lastUsedAt: recorded.lastUsedAt, withdrawnAt: recorded.withdrawnAt)
    }

    /// Takes a consent back: everything that was given under it is dead at once.
    package func withdraw(_ id: String, by session: Session) async throws -> Bool {
        guard let id = TicketID(text: id) else { return false }
        let instant = now()
        var companion: (any GrantCompanion)?
        if let sharing,
            let consent = try await consents.consents(of: session.person).first(where: { $0.consent.id == id })
        {
            companion = try await sharing.withdrawal(of: consent.consent, at: instant)
        }
        return try await consents.withdraw(id, of: session.person, with: companion, at: instant)
    }

    /// A receipt that the person can keep: what was agreed to, signed. Nil if it is not theirs.
    package func receipt(_ id: String, for session: Session) async throws -> String? {
        guard let id = TicketID(text: id),
            let recorded = try await consents.consents(of: session.person).first(where: { $0.consent.id == id })
        else { return nil }
        let consent = recorded.consent
        let instant = now()
        var receipt: JSONObject = [
            "iss": .string(issuer), "jti": .string(consent.id.text),
            "iat": .integer(Int64(instant.timeIntervalSince1970)), "client_id": .string(consent.clientID),
            "given_at": .integer(Int64(consent.givenAt.timeIntervalSince1970)),
            "scope": .string(ScopeList.text(consent.scope)), "claims": .strings(consent.claims),
            "credentials": .array(
                consent.credentials.map {
                    [
                        "credential_issuer": .string($0.issuer),
                        "credential_configuration_id": .string($0.configurationID),
                    ]
                }), "offline_access": .bool(consent.offersRefresh),
        ]
        receipt["data_sharing"] = consent.sharing
        receipt["purpose"] = consent.purpose.map(JSON.string)
        receipt["expires_at"] = consent.expiresAt.map { .integer(Int64($0.timeIntervalSince1970)) }
        receipt["withdrawn_at"] = recorded.withdrawnAt.map { .integer(Int64($0.timeIntervalSince1970)) }
        return try keys.standard(at: instant).sign(receipt, type: "consent-receipt+jwt")
    }
}
