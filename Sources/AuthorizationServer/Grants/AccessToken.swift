package import Foundation
package import OAuth
package import WireFormats

/// An access token as it is on record.
package struct AccessToken: Sendable, Equatable {
    package let id: TicketID
    package let clientID: String
    package let scope: [String]
    /// Who may take it, RFC 8707; this server where empty.
    package let audience: [String]
    /// Of the grant's credentials those that this token is for.
    package let configurationIDs: [String]
    /// The key that it is bound to, RFC 9449 §6.
    package let keyThumbprint: [UInt8]?
    package let issuedAt: Date
    package let expiresAt: Date

    package init(
        id: TicketID, clientID: String, scope: [String], audience: [String], configurationIDs: [String],
        keyThumbprint: [UInt8]?, issuedAt: Date, expiresAt: Date
    ) {
        self.id = id
        self.clientID = clientID
        self.scope = scope
        self.audience = audience
        self.configurationIDs = configurationIDs
        self.keyThumbprint = keyThumbprint
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// What is stored beside identifier, client, key and times.
    package var detail: JSON {
        var object: JSONObject = ["scope": .strings(scope)]
        if !audience.isEmpty { object["aud"] = .strings(audience) }
        if !configurationIDs.isEmpty { object["credentials"] = .strings(configurationIDs) }
        return .object(object)
    }

    package init(
        id: TicketID, clientID: String, detail: JSON, keyThumbprint: [UInt8]?, issuedAt: Date, expiresAt: Date
    ) {
        self.init(
            id: id, clientID: clientID, scope: detail["scope"]?.strings ?? [], audience: detail["aud"]?.strings ?? [],
            configurationIDs: detail["credentials"]?.strings ?? [], keyThumbprint: keyThumbprint, issuedAt: issuedAt,
            expiresAt: expiresAt)
    }
}

/// An access token with the grant behind it.
package struct LiveToken: Sendable {
    package let token: AccessToken
    /// Nil if a client asked for itself (client credentials).
    package let grant: Grant?

    package init(token: AccessToken, grant: Grant?) {
        (self.token, self.grant) = (token, grant)
    }
}
