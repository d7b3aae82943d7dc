import Crypto
package import DataSharing
import HTTPTypes
package import HubClient
import JOSE
package import OAuth
package import TransparencyLog
import WalletClient
import WireFormats

/// How much of the hub's ledger a program believes.
package enum LedgerTrust: Sendable {
    /// Entries are shown to be in this log, as enough witnesses have seen it.
    case verified(LedgerVerifier)
    /// The log's key is not configured: commitments are recomputed, their place in the log is the hub's word.
    case unverified
}

/// Why what the hub says does not stand as it should in its ledger.
package enum DirectoryRefusal: Error, Equatable, CustomStringConvertible {
    case hub(HubFailure)
    case malformed(String)
    case keys(KeyStatementRefusal)
    /// `enc` or `sig` are not what the newest key statement says.
    case otherKeys
    case notLogged(String)
    /// The entry is of something else.
    case otherEntry(String)
    case ledger(LedgerRefusal)

    package var description: String {
        switch self {
        case .hub(let failure): failure.description
        case .malformed(let what): "\(what): the hub's answer is malformed"
        case .keys: "the person's key statements do not verify"
        case .otherKeys: "the keys are not those of the person's newest key statement"
        case .notLogged(let what): "\(what): not in the ledger yet"
        case .otherEntry(let what): "\(what): the ledger's entry is of something else"
        case .ledger(let refusal): refusal.description
        }
    }
}

/// What markets look up at the hub, believed only as far as it is proven.
package struct HubDirectory: Sendable {
    package let hub: HubConversation
    package let ledger: LedgerTrust

    package init(hub: HubConversation, ledger: LedgerTrust) {
        (self.hub, self.ledger) = (hub, ledger)
    }

    /// - Parameter version: nil for the newest.
    package func definition(
        of scope: ScopeName, version: Int?
    ) async throws(DirectoryRefusal) -> ScopeDefinition {
        let path = "/sharing/scopes/" + scope.text + (version.map { "?version=\($0)" } ?? "")
        let json: JSON
        do throws(HubFailure) {
            json = try await hub.document(path, for: .definition)
        } catch {
            throw .hub(error)
        }
        var object = json.object ?? [:]
        object["ledger"] = nil
        guard let definition = try? ScopeDefinition(json: .object(object)), definition.scope == scope,
            version == nil || definition.version == version
        else { throw .malformed("the definition of \(scope.text)") }
        return definition
    }

    /// The keys of a person, which the ledger shows as theirs.
    package func keys(of subject: String, token: TokenResponse) async throws(DirectoryRefusal) -> PersonKeyChain {
        let path = "/sharing/subjects/" + FormParameters.percentEncode(subject) + "/keys"
        let json: JSON
        do throws(HubFailure) {
            let response = try await hub.send(.get, path, token: token, for: .personKeys)
            guard response.status == 200 else { throw HubConversation.refusal(of: response, in: .personKeys) }
            guard let parsed = try? JSON(parsing: response.body) else { throw .malformed(.personKeys) }
            json = parsed
        } catch {
            throw .hub(error)
        }
        guard let statements = json["statements"]?.array?.map(\.string), !statements.contains(nil),
            let encryption = json["enc"]?.object, let signing = json["sig"]?.object
        else { throw .malformed("the person's keys") }
        let chain: PersonKeyChain
        do throws(KeyStatementRefusal) {
            chain = try PersonKeyChain(verifying: statements.compactMap { $0 }, from: .firstUse)
        } catch {
            throw .keys(error)
        }
        guard let stated = try? PersonKeyPair(encryption: encryption, signing: signing), stated == chain.current else {
            throw .otherKeys
        }
        try checkLogged(json["ledger"], chain, statements.last.flatMap { $0 } ?? "")
        return chain
    }

    /// The entry commits to the statement that names the keys.
    private func checkLogged(
        _ json: JSON?, _ chain: PersonKeyChain, _ statement: String
    ) throws(DirectoryRefusal) {
        let what = "the person's keys"
        guard let reference = json.flatMap({ LedgerReference($0) }) else { throw .notLogged(what) }
        guard let entry = try? LedgerEntry(parsing: reference.entry), entry.kind == .key else {
            throw .otherEntry(what)
        }
        guard entry.commitment.verify(MessageHash(of: statement).bytes, salt: reference.salt) else {
            throw .otherEntry(what)
        }
        guard case .verified(let verifier) = ledger else { return }
        guard let proof = reference.proof else { throw .notLogged(what) }
        do throws(LedgerRefusal) {
            let verified = try verifier.verify(reference.entry, proof: Array(proof.utf8))
            guard verified.index == UInt64(reference.index) else { throw .otherIndex }
        } catch {
            throw .ledger(error)
        }
    }
}
