import Foundation
import OAuth
import WireFormats

/// What is sealed. Versions that run beside each other may read each other's: nil for what cannot be read.
extension VisitState {
    private static let limits = JSONLimits(depth: 32, values: 100_000)

    var encoded: [UInt8] {
        switch self {
        case .begun(let begun): JSON.object(["begun": begun.json]).encoded()
        case .making: JSON.object(["making": true]).encoded()
        case .received(let held): JSON.object(["received": held.json]).encoded()
        }
    }

    init?(parsing bytes: [UInt8]) {
        guard let object = (try? JSON(parsing: bytes, limits: Self.limits))?.object, object.names.count == 1 else {
            return nil
        }
        if let begun = object["begun"].flatMap(BegunVisit.init) {
            self = .begun(begun)
        } else if let held = object["received"].flatMap(HeldCredential.init) {
            self = .received(held)
        } else if object["making"] == true {
            self = .making
        } else {
            return nil
        }
    }
}

extension BegunVisit {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "credential": credential.json, "address": .string(issuance.address), "state": .string(issuance.state),
            "record": issuance.record,
        ]
        object["language"] = language.map(JSON.string)
        return .object(object)
    }

    fileprivate init?(_ json: JSON) {
        guard let credential = json["credential"].flatMap(CatalogueCredential.init),
            let address = json["address"]?.string, let state = json["state"]?.string, let record = json["record"]
        else { return nil }
        self.init(
            credential: credential, issuance: BegunIssuance(address: address, state: state, record: record),
            language: json["language"]?.string)
    }
}

extension HeldCredential {
    fileprivate var json: JSON {
        [
            "described": described.json, "credential": credential.json, "received_at": receivedAt.json,
            "kept_until": keptUntil.json, "is_offered": .bool(isOffered), "offers_left": .integer(Int64(offersLeft)),
            "letters_left": .integer(Int64(lettersLeft)),
        ]
    }

    fileprivate init?(_ json: JSON) {
        guard let described = json["described"].flatMap(CatalogueCredential.init),
            let credential = json["credential"].flatMap(CredentialInHand.init),
            let receivedAt = json["received_at"].flatMap(Date.init(json:)),
            let keptUntil = json["kept_until"].flatMap(Date.init(json:)), let isOffered = json["is_offered"]?.bool,
            let offersLeft = json["offers_left"]?.integer, let lettersLeft = json["letters_left"]?.integer
        else { return nil }
        self.init(
            described: described, credential: credential, receivedAt: receivedAt, keptUntil: keptUntil,
            isOffered: isOffered, offersLeft: Int(clamping: offersLeft), lettersLeft: Int(clamping: lettersLeft))
    }
}

extension CredentialInHand {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "text": .string(text), "format": .string(format), "claims": .object(claims),
        ]
        object["issued_at"] = issuedAt?.json
        object["expires_at"] = expiresAt?.json
        object["holder_key"] = holderKey.map(JSON.object)
        object["email"] = email.map { .string($0.text) }
        object["access"] = access
        return .object(object)
    }

    fileprivate init?(_ json: JSON) {
        guard let text = json["text"]?.string, let format = json["format"]?.string,
            let claims = json["claims"]?.object
        else { return nil }
        self.init(
            text: text, format: format, claims: claims, issuedAt: json["issued_at"].flatMap(Date.init(json:)),
            expiresAt: json["expires_at"].flatMap(Date.init(json:)), holderKey: json["holder_key"]?.object,
            email: json["email"]?.string.flatMap(RegisteredAddress.init), access: json["access"])
    }
}

extension CatalogueCredential {
    fileprivate var json: JSON {
        var object: JSONObject = [
            "id": .string(id), "name": name.json, "issuer": issuer.json,
            "claims": .array(claims.map { ["path": .array($0.path.map(JSON.string)), "text": $0.text.json] }),
        ]
        object["description"] = description?.json
        object["background_color"] = backgroundColor.map(JSON.string)
        return .object(object)
    }

    fileprivate init?(_ json: JSON) {
        guard let id = json["id"]?.string, let name = json["name"].flatMap(LocalizedText.init(json:)),
            let issuer = json["issuer"].flatMap(LocalizedText.init(json:)), let claims = json["claims"]?.array
        else { return nil }
        self.init(
            id: id, name: name, issuer: issuer, description: json["description"].flatMap(LocalizedText.init(json:)),
            backgroundColor: json["background_color"]?.string,
            claims: claims.compactMap { claim in
                guard let path = claim["path"]?.array?.compactMap(\.string),
                    let text = claim["text"].flatMap(LocalizedText.init(json:))
                else { return nil }
                return ClaimName(path: path, text: text)
            })
    }
}

extension LocalizedText {
    fileprivate var json: JSON {
        .array(entries.map { .array([.string($0.language), .string($0.text)]) })
    }

    fileprivate init?(json: JSON) {
        let entries = (json.array ?? []).compactMap { entry -> Entry? in
            guard let parts = entry.array?.compactMap(\.string), parts.count == 2 else { return nil }
            return Entry(language: parts[0], text: parts[1])
        }
        self.init(entries)
    }
}

extension Date {
    /// To the second.
    fileprivate var json: JSON { .integer(Int64(timeIntervalSince1970.rounded(.down))) }

    fileprivate init?(json: JSON) {
        guard let seconds = json.integer else { return nil }
        self.init(timeIntervalSince1970: Double(seconds))
    }
}
