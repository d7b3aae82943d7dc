import JOSE
package import OAuth
import WireFormats

/// Why what a service provider asked for is not believed by a market or a browser.
package enum SharingRequestRefusal: Error, Equatable {
    case jwt(JWTFault)
    case details(DataSharingDetailRefusal)
    /// `client_id` or `iss` is another client.
    case otherClient
    /// `scope` is missing or malformed.
    case scope
    case tooLong
}

/// The authorization request that a consent was given to, as its readers outside the server see it: the signed request
/// object (RFC 9101), or where there was none the text of the request as the server keeps it.
package struct SharingRequest: Sendable {
    package static let maximumBytes = RequestObject.maximumBytes

    package let clientID: String
    package let scopes: [String]
    package let details: [DataSharingDetail]
    /// `request_hash`.
    package let hash: MessageHash
    package let isSigned: Bool

    /// A request object. It is read long after it was sent, under an approval that has times of its own, so its expiry
    /// does not count.
    ///
    /// - Parameters:
    ///   - issuer: of the authorization server, which `aud` must name.
    ///   - keys: the client's, as the reader itself knows them.
    package init(
        verifying compact: String, clientID: String, issuer: String, keys: VerificationKeys
    ) throws(SharingRequestRefusal) {
        guard compact.utf8.count <= Self.maximumBytes else { throw .tooLong }
        let reader: JWTClaimReader
        do throws(JWTFault) {
            // As the server takes them; `client_id`, `iss`, `aud` and `scope` tell them from other JWTs of a client.
            let rules = JWTHeaderRules(
                types: [RequestObject.type, "jwt"], allowsNoType: true, algorithms: .organizations)
            let token = try rules.parse(compact, maximumBytes: Self.maximumBytes)
            reader = try JWTClaimReader(payload: try keys.verify(token).payload)
            try reader.requireAudience([issuer], .amongOthers)
            guard try reader.requiredText("iss", maximum: 512).hasSameBytes(as: clientID) else { throw .wrongIssuer }
        } catch JWTFault.wrongIssuer {
            throw .otherClient
        } catch {
            throw .jwt(error)
        }
        try self.init(reader, clientID: clientID, hash: MessageHash(of: compact), isSigned: true)
    }

    /// The text of a request that nobody signed: only the server's word.
    package init(unsigned text: String, clientID: String) throws(SharingRequestRefusal) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        let reader: JWTClaimReader
        do throws(JWTFault) {
            reader = try JWTClaimReader(payload: Array(text.utf8))
        } catch {
            throw .jwt(error)
        }
        try self.init(reader, clientID: clientID, hash: MessageHash(of: text), isSigned: false)
    }

    private init(
        _ reader: JWTClaimReader, clientID: String, hash: MessageHash, isSigned: Bool
    ) throws(SharingRequestRefusal) {
        guard reader.claims["client_id"] == .string(clientID) else { throw .otherClient }
        guard let scopes = reader.claims["scope"]?.string, scopes.utf8.count <= 4096 else { throw .scope }
        self.clientID = clientID
        self.scopes = scopes.split(separator: " ").map(String.init)
        do throws(DataSharingDetailRefusal) {
            details = try reader.claims["authorization_details"].map(DataSharingDetail.entries) ?? []
        } catch {
            throw .details(error)
        }
        self.hash = hash
        self.isSigned = isSigned
    }

    package func detail(of scope: String) -> DataSharingDetail? { details.first { $0.scope == scope } }
}
