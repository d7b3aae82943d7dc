import JOSE
import OAuth
import WireFormats

/// Keys that the issuer named in a credential publishes itself: JWT VC issuer metadata for an https issuer
/// (draft-ietf-oauth-sd-jwt-vc §4), the DID document of a did:web, the DID itself of a did:jwk or did:key.
///
/// This shows that the credential is from whoever its `iss` names, and nothing about whether to believe them.
package struct PublishedKeys: IssuerKeyResolver {
    private let fetcher: any DocumentFetcher

    package init(fetcher: any DocumentFetcher) {
        self.fetcher = fetcher
    }

    package func findKey(for query: IssuerKeyQuery) async throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        guard let issuer = query.issuer else { throw .noIssuer }
        if let web = DIDWeb(issuer) { return try await findKey(of: web, did: issuer, keyID: query.keyID) }
        if issuer.hasPrefix("did:") { return try findKey(inside: issuer, keyID: query.keyID) }
        guard let url = WellKnown.inserted("jwt-vc-issuer", into: issuer) else { throw .unsupportedIssuer }
        let metadata = try await fetch(url)
        guard let stated = metadata["issuer"]?.string else { throw .malformedDocument(url: url) }
        guard stated.hasSameBytes(as: issuer) else { throw .documentOfOtherIssuer(url: url) }
        let set: JWKSet?
        switch (metadata["jwks"], metadata["jwks_uri"]?.string) {
        case (let jwks?, nil): set = JWKSet(jwks)
        case (nil, let uri?): set = JWKSet(try await fetch(uri))
        default: set = nil
        }
        guard let set else { throw .malformedDocument(url: url) }
        let key = try set.key(query.keyID, of: issuer)
        return IssuerKeyFinding(key: key, source: "published by the issuer at \(url)")
    }

    private func findKey(
        of web: DIDWeb, did: String, keyID: String?
    ) async throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        let keyID = try absolute(keyID, of: did)
        let url = web.documentAddress
        guard let document = DIDDocument(try await fetch(url)) else { throw .malformedDocument(url: url) }
        guard document.isAbout(did) else { throw .documentOfOtherIssuer(url: url) }
        return IssuerKeyFinding(
            key: try document.assertionKey(keyID), source: "published by the issuer in its DID document at \(url)")
    }

    private func findKey(inside did: String, keyID: String?) throws(IssuerKeyRefusal) -> IssuerKeyFinding {
        // These DIDs have one key, so a header without kid leaves nothing open.
        let keyID = try keyID.map { keyID throws(IssuerKeyRefusal) in try absolute(keyID, of: did) } ?? did
        do throws(DIDRefusal) {
            let key = try DIDKeyMaterial.publicKey(for: keyID)
            return IssuerKeyFinding(
                key: key, source: "contained in the issuer's own name, which nobody vouches for")
        } catch {
            throw error == .unsupportedMethod ? .unsupportedIssuer : .did(error)
        }
    }

    private func absolute(_ keyID: String?, of did: String) throws(IssuerKeyRefusal) -> String {
        guard let keyID else { throw .noKeyID }
        let absolute = keyID.hasPrefix("#") ? did + keyID : keyID
        guard DIDKeyMaterial.did(of: absolute).hasSameBytes(as: did) else { throw .keyOfOtherIssuer }
        return absolute
    }

    private func fetch(_ url: String) async throws(IssuerKeyRefusal) -> JSON {
        let document: FetchedDocument
        do throws(FetchFailure) {
            // The address comes out of the credential: it has to pass before a fetcher sees it.
            let address = try WebAddress(checking: url)
            document = try await fetcher.fetch(address.text, accept: "application/json", acceptLanguage: nil)
        } catch {
            throw .fetch(error, url: url)
        }
        guard document.status == 200 else { throw .status(document.status, url: url) }
        guard let json = try? JSON(parsing: document.body) else { throw .malformedDocument(url: url) }
        return json
    }
}

extension WebAddress {
    /// The address as a fetch states its refusal.
    package init(checking url: String) throws(FetchFailure) {
        do throws(Malformation) {
            try self.init(url)
        } catch {
            throw .address(error)
        }
    }
}
