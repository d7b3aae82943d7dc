import CredentialIssuer
import Foundation
import IdentityRegistry
import OAuth
import RegistryRecords
import TransactionTimeline
import WireFormats

/// The body of a request for a new offer.
struct NewOfferMessage {
    let order: Offers.Order
    let isDryRun: Bool

    init(decoding request: EndpointRequest) throws(ManagementRefusal) {
        guard request.hasContentType("application/json") else { throw .mediaType }
        guard let object = (try? JSON(parsing: request.body))?.object else { throw .json }
        let elements = object["credential_configuration_ids"]?.array
        guard let ids = elements?.compactMap(\.string), ids.count == elements?.count else {
            throw .member("credential_configuration_ids")
        }
        let grant = try Self.grant(object)
        let subject: AccessGrant.Subject?
        switch (object["subject"], object["claims"]) {
        case (let id?, nil):
            guard let id = id.string else { throw .member("subject") }
            subject = .registry(id: id)
        case (nil, let claims?):
            guard claims.object != nil else { throw .member("claims") }
            subject = .pushed(claims: claims.encoded())
        case (nil, nil) where grant == .authorizationCode: subject = nil
        default: throw .subjectNotExactlyOne
        }
        order = Offers.Order(
            credentialConfigurationIDs: ids, subject: subject, grant: grant,
            wantsTxCode: try Self.flag("tx_code", of: object))
        isDryRun = try Self.flag("dry_run", of: object)
    }

    private static func grant(_ object: JSONObject) throws(ManagementRefusal) -> OfferGrant {
        guard let value = object["grant"] else { return .preAuthorizedCode }
        guard let grant = value.string.flatMap(OfferGrant.init) else { throw .member("grant") }
        return grant
    }

    private static func flag(_ name: String, of object: JSONObject) throws(ManagementRefusal) -> Bool {
        guard let value = object[name] else { return false }
        guard let flag = value.bool else { throw .member(name) }
        return flag
    }
}

/// Which part of a list is wanted.
struct Page {
    let limit: Int
    let before: TicketID?
    let after: String?

    init(_ request: EndpointRequest) throws(ManagementRefusal) {
        guard let query = try? FormParameters(parsing: request.query) else { throw .pageParameters }
        guard let limit = query["limit"].map({ Int($0) }) ?? 100, (1...1000).contains(limit) else {
            throw .pageParameters
        }
        self.limit = limit
        after = query["after"]
        if let text = query["before"] {
            guard let id = TicketID(text: text) else { throw .pageParameters }
            before = id
        } else {
            before = nil
        }
    }
}

extension Offers.Created {
    var json: JSON {
        var object: JSONObject = [
            "id": .string(id.text), "credential_offer_uri": .string(uri),
            "credential_offer_link": .string(referenceLink), "credential_offer": .string(valueLink),
        ]
        object["tx_code"] = txCode.map(JSON.string)
        object["expires_at"] = .string(expiresAt.formatted(.iso8601))
        return .object(object)
    }
}

extension StoredOffer {
    func json(at instant: Date) -> JSONObject {
        var object: JSONObject = [
            "id": .string(id.text), "state": .string(state(at: instant).rawValue),
            "credential_configuration_ids": .array(credentialConfigurationIDs.map(JSON.string)),
            "tx_code_required": .bool(txCodeMAC != nil), "created_at": .string(createdAt.formatted(.iso8601)),
            "expires_at": .string(expiresAt.formatted(.iso8601)),
        ]
        object["grant"] = .string(grant.rawValue)
        if case .registry(let id)? = subject { object["subject"] = .string(id) }
        object["redeemed_at"] = progress.redeemedAt.map { .string($0.formatted(.iso8601)) }
        object["cancelled_at"] = progress.cancelledAt.map { .string($0.formatted(.iso8601)) }
        if progress.failedTries > 0 { object["wrong_tx_codes"] = .integer(Int64(progress.failedTries)) }
        return object
    }
}

extension TimelineEvent {
    var json: JSON {
        var object: JSONObject = [
            "at": .string(at.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "step": .string(step.rawValue),
        ]
        switch outcome {
        case .done: object["outcome"] = "done"
        case .refused(let code, let reason):
            object["outcome"] = "refused"
            object["error"] = .string(code)
            object["reason"] = .string(reason)
        }
        for member in detail.members { object[member.name] = member.value }
        return .object(object)
    }
}

extension RowRejection {
    var json: JSON {
        var object: JSONObject = ["line": .integer(Int64(line)), "index": .integer(Int64(index))]
        object["id"] = id.map(JSON.string)
        object["reasons"] = .array(reasons.map { .string($0.description) })
        return .object(object)
    }
}

extension RegistrySchema {
    func json(_ secrets: SecretColumns) -> JSON {
        [
            "id_field": .string(idField), "list_separator": .string(String(listSeparator)),
            "fields": .array(
                fields.map {
                    ["name": .string($0.name), "type": .string($0.type.rawValue), "required": .bool($0.isRequired)]
                }),
            "secret_columns": .object(JSONObject(secrets.all.map { ($0.kind.rawValue, .string($0.name)) })),
        ]
    }
}
