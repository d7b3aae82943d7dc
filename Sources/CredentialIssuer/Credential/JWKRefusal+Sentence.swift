import JOSE

extension JWKRefusal {
    var sentence: String {
        switch self {
        case .privateMember: "The key has private members: it is no longer secret"
        case .unsupportedKeyType, .unsupportedCurve: "The key type is not supported"
        case .malformedMember(let member): "The key member \(member) is missing or malformed"
        case .pointNotOnCurve: "The key is no point of its curve"
        case .notForThisUse: "The key says that it is not for this use"
        }
    }
}
