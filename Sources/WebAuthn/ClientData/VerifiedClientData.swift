import Crypto
import WireFormats

/// The two ceremonies, by the `type` of their client data, WebAuthn Level 3 §5.8.1 (#dictionary-client-data).
enum Ceremony: String {
    case registration = "webauthn.create"
    case authentication = "webauthn.get"
}

/// Client data that is about this ceremony, on a page of this relying party.
struct VerifiedClientData {
    /// SHA-256 of the serialized client data, as the authenticator signs it.
    let hash: [UInt8]

    /// WebAuthn Level 3 §7.1 steps 5 to 12 and §7.2 steps 8 to 14.
    ///
    /// Stricter than the text: a byte order mark and duplicate members are refused, as no client writes them, and so is
    /// every page in a frame of another origin.
    init(
        verifying serialized: [UInt8], of ceremony: Ceremony, challenge: CeremonyChallenge, relyingParty: RelyingParty
    ) throws(WebAuthnRefusal) {
        guard let data = (try? JSON(parsing: serialized, limits: JSONLimits(depth: 16, values: 200)))?.object else {
            throw .malformedClientData
        }
        guard let type = data["type"]?.string else { throw .malformedClientData }
        guard type.hasSameBytes(as: ceremony.rawValue) else { throw .wrongCeremony }
        guard let text = data["challenge"]?.string, let presented = try? Base64URL.decode(text) else {
            throw .malformedClientData
        }
        guard challenge.matches(presented) else { throw .wrongChallenge }
        guard let origin = data["origin"]?.string else { throw .malformedClientData }
        guard relyingParty.origins.contains(where: { $0.hasSameBytes(as: origin) }) else { throw .wrongOrigin }
        if let crossOrigin = data["crossOrigin"] {
            guard let isCrossOrigin = crossOrigin.bool else { throw .malformedClientData }
            guard !isCrossOrigin else { throw .crossOrigin }
        }
        guard data["topOrigin"] == nil else { throw .crossOrigin }
        hash = Array(SHA256.hash(data: serialized))
    }
}
