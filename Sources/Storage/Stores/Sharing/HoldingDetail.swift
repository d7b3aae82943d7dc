import AuthorizationServer
import DataSharing
import Foundation
import KeyStore
import OAuth
import SQLStatements
import SharingHub
import WireFormats

/// What of a holding is stored sealed.
struct HoldingDetail {
    let subject: String
    let shape: Shape
    let salt: [UInt8]
    let content: Content

    enum Content {
        case digest(sdJWT: String)
        case deposit(jwe: String, shapeSignature: String, keyID: String)
    }

    init(of holding: NewHolding) {
        subject = holding.subject
        shape = holding.shape
        salt = holding.logged.salt
        content =
            switch holding.content {
            case .digest(let sdJWT, _): .digest(sdJWT: sdJWT)
            case .deposit(let deposit):
                .deposit(jwe: deposit.jwe, shapeSignature: deposit.shapeSignature, keyID: deposit.keyID)
            }
    }

    static func context(_ id: TicketID) -> String { "holding " + id.text }

    func sealed(with sealer: DataSealer, for id: TicketID) -> [UInt8] {
        var object: JSONObject = [
            "subject": .string(subject), "shape": shape.json, "salt": .string(Base64URL.encode(salt)),
        ]
        switch content {
        case .digest(let sdJWT): object["sd_jwt"] = .string(sdJWT)
        case .deposit(let jwe, let signature, let keyID):
            object["jwe"] = .string(jwe)
            object["shape_signature"] = .string(signature)
            object["key_id"] = .string(keyID)
        }
        return sealer.seal(JSON.object(object).encoded(), context: Self.context(id))
    }

    init(opening sealed: [UInt8], of id: TicketID, with sealer: DataSealer) throws {
        let json = try JSON(parsing: sealer.open(sealed, context: Self.context(id)))
        guard let subject = json["subject"]?.string,
            let salt = json["salt"]?.string.flatMap({ try? Base64URL.decode($0) })
        else { throw DamagedState("holding") }
        self.subject = subject
        self.salt = salt
        shape = try Shape(json: json["shape"], at: .root)
        if let sdJWT = json["sd_jwt"]?.string {
            content = .digest(sdJWT: sdJWT)
        } else if let jwe = json["jwe"]?.string, let signature = json["shape_signature"]?.string,
            let keyID = json["key_id"]?.string
        {
            content = .deposit(jwe: jwe, shapeSignature: signature, keyID: keyID)
        } else {
            throw DamagedState("holding")
        }
    }
}
