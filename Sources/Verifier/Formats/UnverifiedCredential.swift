package import CredentialFormats
import Foundation
package import JOSE
import WireFormats

/// Why bytes are no credential that could be verified here.
package enum UnreadableCredential: Error, Equatable, Sendable {
    case notACredential
    case payloadNotJSONObject
    case jws(JWSRefusal)
    case sdJWT(SDJWTRefusal)

    package var explanation: String {
        switch self {
        case .notACredential: "this is no credential of a format known here"
        case .payloadNotJSONObject: "the payload is not a JSON object"
        case .jws(.unsupportedAlgorithm), .sdJWT(.jws(.unsupportedAlgorithm)):
            "the signature algorithm is none or not supported"
        case .jws(.criticalExtension), .sdJWT(.jws(.criticalExtension)): "the header demands an unknown extension"
        case .jws, .sdJWT(.jws): "this is no JWT in compact form"
        case .sdJWT(.tooManyDisclosures): "there are too many disclosures"
        case .sdJWT: "this is no SD-JWT in compact form"
        }
    }
}

/// A credential whose format is known, and whose signature nobody has checked yet.
struct UnverifiedCredential: Sendable {
    enum Token: Sendable {
        case sdJWT(UnverifiedSDJWT)
        case w3cJWT(UnverifiedJWS)
    }

    let format: CredentialFormat
    let token: Token
    let payload: JSONObject

    init(parsing bytes: [UInt8]) throws(UnreadableCredential) {
        if bytes.contains(UInt8(ascii: "~")) {
            do throws(SDJWTRefusal) {
                let sdJWT = try UnverifiedSDJWT(parsing: bytes)
                token = .sdJWT(sdJWT)
                format = .sdJWTVC
            } catch {
                throw .sdJWT(error)
            }
            payload = try Self.payload(of: token)
        } else {
            do throws(JWSRefusal) {
                token = .w3cJWT(try UnverifiedJWS(parsing: bytes))
            } catch {
                throw .jws(error)
            }
            payload = try Self.payload(of: token)
            format = try Self.w3cFormat(header: token.jws.header, payload: payload)
        }
    }

    private static func payload(of token: Token) throws(UnreadableCredential) -> JSONObject {
        guard let payload = (try? JSON(parsing: token.jws.payload))?.object else { throw .payloadNotJSONObject }
        return payload
    }

    private static func w3cFormat(
        header: JSONObject, payload: JSONObject
    ) throws(UnreadableCredential) -> CredentialFormat {
        if header["typ"].isMediaType("vc+jwt") { return .w3cModel2 }
        if payload["vc"] != nil { return .w3cModel1 }
        if payload["credentialSubject"] != nil { return .w3cModel2 }
        throw .notACredential
    }

    /// The issuer as stated by what is signed, never by a disclosure.
    var issuer: String? {
        switch format {
        case .sdJWTVC: payload["iss"]?.string
        case .w3cModel1: payload["iss"]?.string ?? payload["vc"]?["issuer"]?.identifier
        case .w3cModel2: payload["issuer"]?.identifier
        }
    }

    func keyQuery(at instant: Date) -> IssuerKeyQuery {
        let header = token.jws.header
        // A chain with an element that cannot be read must not pass for a shorter one: the empty element is malformed.
        let chain = header["x5c"]?.array?.map { Array(Data(base64Encoded: $0.string ?? "") ?? Data()) }
        return IssuerKeyQuery(
            issuer: issuer, keyID: header["kid"]?.string, algorithm: token.jws.algorithm,
            certificateChain: chain ?? [], instant: instant)
    }
}

extension UnverifiedCredential.Token {
    var jws: UnverifiedJWS {
        switch self {
        case .sdJWT(let token): token.jws
        case .w3cJWT(let token): token
        }
    }
}

extension JSON {
    /// The identifier of something that may be given as a string or as an object with `id`.
    var identifier: String? { string ?? self["id"]?.string }
}

extension JSON? {
    /// Whether this is the `typ` for a media type: case does not matter, `application/` may be left out, RFC 7515
    /// §4.1.9.
    func isMediaType(_ name: String) -> Bool {
        guard let text = self?.string?.lowercased() else { return false }
        return text == name || text == "application/" + name
    }
}
