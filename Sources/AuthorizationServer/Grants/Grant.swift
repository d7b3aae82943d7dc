package import Foundation
package import OAuth
package import WireFormats

/// What a person has allowed a client: what its code, access tokens and refresh token all stand for.
package struct Grant: Sendable, Equatable {
    package let id: TicketID
    package let clientID: String
    /// The registry's id.
    package let person: String
    package let consent: TicketID
    package let session: TicketID?
    /// Whose timeline records what is done: an offer, or the grant itself.
    package let transaction: TicketID
    package let scope: [String]
    package let credentials: [GrantedCredential]
    /// Claims that the person agreed to, by where the client asked for them.
    package let userInfoClaims: [String]
    package let idTokenClaims: [String]
    package let nonce: String?
    package let acr: String
    package let references: [String]
    package let authenticatedAt: Date
    /// RFC 8707.
    package let resources: [String]
    /// Nil if the request named none, and the registered one was used.
    package let redirectURI: String?
    package let codeChallenge: String?
    /// The key that codes and tokens are bound to, if the request has said so.
    package let keyThumbprint: [UInt8]?
    /// Until when a refresh token may be used at most; nil if none may be given.
    package let refreshLimit: Date?
    /// The client is not registered: its attester vouched for it.
    package let isOfAttestedWallet: Bool
    /// Data that others have is shared under it.
    package let sharesData: Bool

    package init(
        id: TicketID, clientID: String, person: String, consent: TicketID, session: TicketID?, transaction: TicketID,
        scope: [String], credentials: [GrantedCredential], userInfoClaims: [String], idTokenClaims: [String],
        nonce: String?, acr: String, references: [String], authenticatedAt: Date, resources: [String],
        redirectURI: String?, codeChallenge: String?, keyThumbprint: [UInt8]?, refreshLimit: Date?,
        isOfAttestedWallet: Bool = false, sharesData: Bool = false
    ) {
        self.id = id
        self.clientID = clientID
        self.person = person
        self.consent = consent
        self.session = session
        self.transaction = transaction
        self.scope = scope
        self.credentials = credentials
        self.userInfoClaims = userInfoClaims
        self.idTokenClaims = idTokenClaims
        self.nonce = nonce
        self.acr = acr
        self.references = references
        self.authenticatedAt = authenticatedAt
        self.resources = resources
        self.redirectURI = redirectURI
        self.codeChallenge = codeChallenge
        self.keyThumbprint = keyThumbprint
        self.refreshLimit = refreshLimit
        self.isOfAttestedWallet = isOfAttestedWallet
        self.sharesData = sharesData
    }
}

/// A credential that may be asked for under a grant.
package struct GrantedCredential: Sendable, Equatable {
    package let configurationID: String
    package let issuer: String
    /// `credential_identifier`, given if the request had `authorization_details`.
    package let identifier: String?
    /// The scope that it was asked for by; nil if it was asked for by `authorization_details`.
    package let scope: String?

    package init(configurationID: String, issuer: String, identifier: String?, scope: String? = nil) {
        (self.configurationID, self.issuer) = (configurationID, issuer)
        (self.identifier, self.scope) = (identifier, scope)
    }
}

/// Why stored JSON is not what was stored.
package struct DamagedState: Error, Equatable {
    package let what: String

    package init(_ what: String) { self.what = what }
}

extension Grant {
    /// Everything but the identifier, as it is stored.
    package var json: JSON {
        var object: JSONObject = [
            "client": .string(clientID), "person": .string(person), "consent": .string(consent.text),
            "transaction": .string(transaction.text), "scope": .strings(scope),
            "credentials": .array(credentials.map(\.json)), "acr": .string(acr), "amr": .strings(references),
            "auth_time": .integer(Int64(authenticatedAt.timeIntervalSince1970)),
        ]
        object["session"] = session.map { .string($0.text) }
        object["nonce"] = nonce.map(JSON.string)
        object["redirect_uri"] = redirectURI.map(JSON.string)
        object["code_challenge"] = codeChallenge.map(JSON.string)
        object["jkt"] = keyThumbprint.map { .string(Base64URL.encode($0)) }
        if !userInfoClaims.isEmpty { object["userinfo"] = .strings(userInfoClaims) }
        if !idTokenClaims.isEmpty { object["id_token"] = .strings(idTokenClaims) }
        if !resources.isEmpty { object["resources"] = .strings(resources) }
        object["refresh"] = refreshLimit.map { .integer(Int64($0.timeIntervalSince1970)) }
        if isOfAttestedWallet { object["attested"] = true }
        if sharesData { object["sharing"] = true }
        return .object(object)
    }

    package init(id: TicketID, json: JSON) throws(DamagedState) {
        guard let object = json.object, let client = object["client"]?.string, let person = object["person"]?.string,
            let consent = object["consent"]?.ticketID, let transaction = object["transaction"]?.ticketID,
            let credentials = object["credentials"]?.array, let acr = object["acr"]?.string,
            let authTime = object["auth_time"]?.integer
        else { throw DamagedState("grant") }
        self.init(
            id: id, clientID: client, person: person, consent: consent, session: object["session"]?.ticketID,
            transaction: transaction, scope: object["scope"]?.strings ?? [],
            credentials: try credentials.map { json throws(DamagedState) in try GrantedCredential(json) },
            userInfoClaims: object["userinfo"]?.strings ?? [], idTokenClaims: object["id_token"]?.strings ?? [],
            nonce: object["nonce"]?.string, acr: acr, references: object["amr"]?.strings ?? [],
            authenticatedAt: Date(timeIntervalSince1970: Double(authTime)),
            resources: object["resources"]?.strings ?? [], redirectURI: object["redirect_uri"]?.string,
            codeChallenge: object["code_challenge"]?.string,
            keyThumbprint: object["jkt"]?.string.flatMap { try? Base64URL.decode($0) },
            refreshLimit: object["refresh"]?.integer.map { Date(timeIntervalSince1970: Double($0)) },
            isOfAttestedWallet: object["attested"]?.bool ?? false, sharesData: object["sharing"]?.bool ?? false)
    }
}

extension GrantedCredential {
    var json: JSON {
        var object: JSONObject = ["id": .string(configurationID), "issuer": .string(issuer)]
        object["identifier"] = identifier.map(JSON.string)
        object["scope"] = scope.map(JSON.string)
        return .object(object)
    }

    init(_ json: JSON) throws(DamagedState) {
        guard let id = json["id"]?.string, let issuer = json["issuer"]?.string else {
            throw DamagedState("granted credential")
        }
        self.init(
            configurationID: id, issuer: issuer, identifier: json["identifier"]?.string,
            scope: json["scope"]?.string)
    }
}

extension JSON {
    static func strings(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }

    var strings: [String] { array?.compactMap(\.string) ?? [] }
    var ticketID: TicketID? { string.flatMap { TicketID(text: $0) } }
}
