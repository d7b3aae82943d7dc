package import OAuth
package import WireFormats

/// A credential request, OpenID4VCI 1.0 §8.2 (#credential-request). Unknown members are ignored.
package struct CredentialRequest: Sendable, Equatable {
    package let credential: Identification
    package let proofs: Proofs

    /// Exactly one of `credential_identifier` and `credential_configuration_id`.
    package enum Identification: Sendable, Equatable {
        case identifier(String)
        case configurationID(String)
    }

    package enum Proofs: Sendable, Equatable {
        case none
        /// Key proofs of type `jwt`: one or more, each a compact JWS.
        case jwt([String])
    }

    package init(credential: Identification, proofs: Proofs) {
        (self.credential, self.proofs) = (credential, proofs)
    }

    /// The body, `application/json`.
    package func encoded() -> [UInt8] {
        var object = JSONObject()
        switch credential {
        case .identifier(let identifier): object["credential_identifier"] = .string(identifier)
        case .configurationID(let id): object["credential_configuration_id"] = .string(id)
        }
        switch proofs {
        case .none: break
        case .jwt(let texts): object["proofs"] = ["jwt": .array(texts.map(JSON.string))]
        }
        return JSON.object(object).encoded()
    }

    /// Why a body is no credential request.
    package enum Malformation: Error, Equatable {
        case mediaType
        case json(JSONMalformation)
        case notJSONObject
        /// Neither or both of the two ways to say which credential.
        case identification
        case memberOfWrongType(String)
        /// `proofs` has not exactly one member, or is given beside the `proof` of older drafts.
        case proofsNotExactlyOne
        case unsupportedProofType
        case emptyProofs
        case encryptionNotSupported
    }

    /// Deeper and larger than any request for a credential.
    package static let limits = JSONLimits(depth: 8, values: 1_000)

    package init(decoding request: EndpointRequest) throws(Malformation) {
        guard request.hasContentType("application/json") else { throw .mediaType }
        let json: JSON
        do throws(JSONMalformation) {
            json = try JSON(parsing: request.body, limits: Self.limits)
        } catch {
            throw .json(error)
        }
        guard let object = json.object else { throw .notJSONObject }
        credential = try Self.identification(object)
        guard object["credential_response_encryption"] == nil else { throw .encryptionNotSupported }
        proofs = try Self.proofs(object)
    }

    private static func identification(_ object: JSONObject) throws(Malformation) -> Identification {
        switch (object["credential_identifier"], object["credential_configuration_id"]) {
        case (let identifier?, nil):
            guard let text = identifier.string else { throw .memberOfWrongType("credential_identifier") }
            return .identifier(text)
        case (nil, let id?):
            guard let text = id.string else { throw .memberOfWrongType("credential_configuration_id") }
            return .configurationID(text)
        default: throw .identification
        }
    }

    private static func proofs(_ object: JSONObject) throws(Malformation) -> Proofs {
        switch (object["proofs"], object["proof"]) {
        case (nil, nil): return .none
        case (let proofs?, nil):
            guard let members = proofs.object?.members else { throw .memberOfWrongType("proofs") }
            guard members.count == 1 else { throw .proofsNotExactlyOne }
            guard members[0].name == "jwt" else { throw .unsupportedProofType }
            guard let elements = members[0].value.array else { throw .memberOfWrongType("proofs.jwt") }
            let texts = elements.compactMap(\.string)
            guard texts.count == elements.count else { throw .memberOfWrongType("proofs.jwt") }
            guard !texts.isEmpty else { throw .emptyProofs }
            return .jwt(texts)
        case (nil, let proof?):
            // Drafts up to 13 sent one proof with its type beside it, and deployed wallets still do.
            guard let proof = proof.object, let type = proof["proof_type"]?.string else {
                throw .memberOfWrongType("proof")
            }
            guard type == "jwt" else { throw .unsupportedProofType }
            guard let text = proof["jwt"]?.string else { throw .memberOfWrongType("proof.jwt") }
            return .jwt([text])
        case (_?, _?): throw .proofsNotExactlyOne
        }
    }
}
