import WireFormats

/// How JWT claims and members of a W3C credential say the same things, and what else the data models demand.
struct W3CJWTMapping {
    let payload: JSONObject
    /// The `vc` claim in 1.1, the payload itself in 2.0.
    let credential: JSONObject

    private static let context1 = "https://www.w3.org/2018/credentials/v1"
    private static let context2 = "https://www.w3.org/ns/credentials/v2"

    /// The subject's identifier, if there is one subject.
    var subject: String? { credential["credentialSubject"]?["id"]?.string ?? payload["sub"]?.string }

    /// The claims about the subject without its identifier; about several, as they stand.
    var claims: JSONObject {
        guard var claims = credential["credentialSubject"]?.object else {
            return JSONObject(credential["credentialSubject"].map { [("credentialSubject", $0)] } ?? [])
        }
        claims["id"] = nil
        return claims
    }

    /// What breaks data model 1.1 §6.3.1 (#jwt-decoding), nil if nothing does.
    func failureOfModel1() -> String? {
        // The document this was built from puts credentials of either model's context in a `vc` claim.
        if let failure = commonFailure(contexts: [Self.context1, Self.context2]) { return failure }
        guard let issuer = payload["iss"]?.string else { return "iss is missing" }
        if let stated = credential["issuer"], stated.identifier?.hasSameBytes(as: issuer) != true {
            return "iss and issuer differ"
        }
        if differ(payload["sub"], credential["credentialSubject"]?["id"]) {
            return "sub and the subject's id differ"
        }
        if differ(payload["jti"], credential["id"]) { return "jti and id differ" }
        if differ(payload["nbf"], time: credential["issuanceDate"]) { return "nbf and issuanceDate differ" }
        if differ(payload["exp"], time: credential["expirationDate"]) { return "exp and expirationDate differ" }
        guard payload["nbf"] != nil || credential["issuanceDate"] != nil else { return "the issuance date is missing" }
        return nil
    }

    /// What breaks data model 2.0 §4 or VC-JOSE-COSE §3.1 and §3.1.3, nil if nothing does.
    func failureOfModel2() -> String? {
        if payload["vc"] != nil || payload["vp"] != nil { return "there is a vc or vp claim, which 2.0 forbids" }
        if let failure = commonFailure(contexts: [Self.context2]) { return failure }
        guard let issuer = credential["issuer"]?.identifier else { return "issuer is missing" }
        if let stated = payload["iss"], stated != .string(issuer) { return "iss and issuer differ" }
        if differ(payload["sub"], credential["credentialSubject"]?["id"]) {
            return "sub and the subject's id differ"
        }
        if differ(payload["jti"], credential["id"]) { return "jti and id differ" }
        return nil
    }

    private func commonFailure(contexts: [String]) -> String? {
        guard let types = credential["type"]?.texts, types.contains("VerifiableCredential") else {
            return "type does not include VerifiableCredential"
        }
        let first = credential["@context"]?.string ?? credential["@context"]?.array?.first?.string
        guard let first, contexts.contains(first) else { return "@context does not begin with the data model's" }
        switch credential["credentialSubject"] {
        case .object(let subject) where !subject.isEmpty: return nil
        case .array(let subjects) where !subjects.isEmpty && subjects.allSatisfy { $0.object != nil }: return nil
        default: return "credentialSubject is missing"
        }
    }

    /// Whether both are there and differ.
    private func differ(_ claim: JSON?, _ member: JSON?) -> Bool {
        guard let claim, let member else { return false }
        return claim != member
    }

    /// Whether a NumericDate and a dateTimeStamp are both there and not the same second.
    private func differ(_ claim: JSON?, time member: JSON?) -> Bool {
        guard let claim, let member else { return false }
        guard let seconds = claim.number, let stamp = member.string.flatMap(DateTimeStamp.seconds) else { return true }
        return seconds.rounded(.down) != Double(stamp)
    }
}
