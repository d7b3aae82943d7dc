/// A parser of bytes from outside, by the name it has on the command line.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case json
    case base64url
    case base58
    case form
    case jws
    case sdJWT = "sd-jwt"
    /// Disclosures under a valid signature: what a hostile issuer can send.
    case disclosures
    case did
    case credentialRequest = "credential-request"
    case keyProof = "key-proof"
    case offerLink = "offer-link"
    case tokenRequest = "token-request"
    case authorizationRequest = "authorization-request"
    case clientMetadata = "client-metadata"
    case keySet = "jwk-set"
    case encrypted = "jwe"
    case possessionProof = "dpop"
    /// The attestation object of a registration: CBOR from a browser.
    case passkey
    case signedNote = "signed-note"
    case checkpoint
    case ledgerProof = "tlog-proof"
    case addCheckpoint = "add-checkpoint"
    case tilePath = "tile-path"
    case ledgerEntry = "ledger-entry"
    case consentApproval = "consent-approval"
    /// The payload of an approval, under a signature that is never reached.
    case approvalPayload = "approval-payload"
    case sealedRelease = "sealed-release"
    case sharingDetails = "data-sharing-details"
    case releaseRequest = "release-request"
    case sharedScopes = "shared-scopes"
    case organization
    case scopeDefinition = "scope-definition"
    case pushedDigests = "digest-push"
    case pushedDeposits = "deposit-push"

    /// Gives `input` to the parser.
    ///
    /// - Returns: whether it was accepted, which makes it worth mutating further.
    /// - Throws: `BrokenPromise` if what was accepted is not what the parser promises.
    package func check(_ input: [UInt8]) throws(BrokenPromise) -> Bool {
        switch self {
        case .json: try EncodingChecks.json(input)
        case .base64url: try EncodingChecks.base64url(input)
        case .base58: try EncodingChecks.base58(input)
        case .form: try EncodingChecks.form(input)
        case .jws: try TokenChecks.jws(input)
        case .sdJWT: try TokenChecks.sdJWT(input)
        case .disclosures: try DisclosureChecks.disclosures(input)
        case .did: try MessageChecks.did(input)
        case .credentialRequest: try MessageChecks.credentialRequest(input)
        case .keyProof: try TokenChecks.keyProof(input)
        case .offerLink: try MessageChecks.offerLink(input)
        case .tokenRequest: try AuthorizationChecks.tokenRequest(input)
        case .authorizationRequest: try AuthorizationChecks.authorizationRequest(input)
        case .clientMetadata: try AuthorizationChecks.clientMetadata(input)
        case .keySet: try TokenChecks.keySet(input)
        case .encrypted: try TokenChecks.encrypted(input)
        case .possessionProof: try TokenChecks.possessionProof(input)
        case .passkey: try AuthorizationChecks.passkey(input)
        case .signedNote: try LedgerChecks.note(input)
        case .checkpoint: try LedgerChecks.checkpoint(input)
        case .ledgerProof: try LedgerChecks.proof(input)
        case .addCheckpoint: try LedgerChecks.addCheckpoint(input)
        case .tilePath: try LedgerChecks.tilePath(input)
        case .ledgerEntry: try LedgerChecks.entry(input)
        case .consentApproval: try SharingChecks.approval(input)
        case .approvalPayload: try SharingChecks.approvalPayload(input)
        case .sealedRelease: try SharingChecks.sealedRelease(input)
        case .sharingDetails: try SharingChecks.details(input)
        case .releaseRequest: try SharingChecks.releaseRequest(input)
        case .sharedScopes: try SharingChecks.sharedScopes(input)
        case .organization: try PushChecks.organization(input)
        case .scopeDefinition: try PushChecks.definition(input)
        case .pushedDigests: try PushChecks.digests(input)
        case .pushedDeposits: try PushChecks.deposits(input)
        }
    }

    /// Accepted inputs to start from.
    package var samples: [[UInt8]] {
        switch self {
        case .json: Samples.json
        case .base64url: ["", "Zg", "Zm8", "Zm9vYmFy", "-_-_AAAA"].map { Array($0.utf8) }
        case .base58:
            ["", "111", "2NEpo7TZRRrLZSi2U", "6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"].map { Array($0.utf8) }
        case .form: Samples.forms
        case .jws: [Samples.jws]
        case .sdJWT: [Samples.sdJWT]
        case .disclosures: Samples.disclosures
        case .did: Samples.dids
        case .credentialRequest: Samples.credentialRequests
        case .keyProof: [Samples.keyProof]
        case .offerLink: Samples.offerLinks
        case .tokenRequest: AuthorizationSamples.tokenRequests
        case .authorizationRequest: AuthorizationSamples.authorizationRequests
        case .clientMetadata: AuthorizationSamples.clientMetadata
        case .keySet: [AuthorizationSamples.keySet]
        case .encrypted: [AuthorizationSamples.encrypted]
        case .possessionProof: [AuthorizationSamples.possessionProof]
        case .passkey: [AuthorizationSamples.attestationObject]
        case .signedNote: LedgerSamples.notes
        case .checkpoint: LedgerSamples.checkpoints
        case .ledgerProof: LedgerSamples.proofs
        case .addCheckpoint: LedgerSamples.requests
        case .tilePath: LedgerSamples.paths
        case .ledgerEntry: LedgerSamples.entries
        case .consentApproval: [SharingSamples.approval]
        case .approvalPayload: [SharingSamples.approvalPayload]
        case .sealedRelease: [SharingSamples.sealedRelease]
        case .sharingDetails: [SharingSamples.details]
        case .releaseRequest: [SharingSamples.releaseRequest]
        case .sharedScopes: [SharingSamples.sharedScopes]
        case .organization: [PushSamples.organization]
        case .scopeDefinition: [PushSamples.definition]
        case .pushedDigests: [PushSamples.digests]
        case .pushedDeposits: [PushSamples.deposits]
        }
    }
}

/// Something that a parser accepted and should not have, or did not give back as it was.
package struct BrokenPromise: Error, CustomStringConvertible {
    package let promise: String
    package let input: [UInt8]

    init(_ promise: String, _ input: [UInt8]) {
        (self.promise, self.input) = (promise, input)
    }

    package var description: String {
        "\(promise): \(String(decoding: input, as: UTF8.self).debugDescription), bytes \(input)"
    }
}

/// Throws that `promise` is broken unless it holds.
func hold(_ promise: String, for input: [UInt8], _ holds: Bool) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(promise, input) }
}
