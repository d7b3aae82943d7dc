import PersonAuthentication
import RegistryRecords

/// `login`: how people show who they are.
struct LoginSection {
    let registry: RegistrySection
    let source: RegistrySourceSection
    /// Codes may be written to a file in place of being sent: this server is on its developer's machine.
    let isLocal: Bool
    let hasMail: Bool
    let hasSMS: Bool

    /// Nil if nobody logs in here.
    func settings(_ file: MappingReader) -> PersonLoginSettings? {
        guard let login = file.mapping("login") else { return nil }
        login.allow(["username", "password", "pin", "methods", "levels", "attempts"])
        login.require("methods", "how people show who they are, as methods: {password: {}}")
        let usernames = usernames(login)
        let password = importColumn("password", login)
        let pin = importColumn("pin", login)
        if let password, password == pin { login.fault("this is the column of the passwords already", "pin") }
        let methods = login.mapping("methods")
        let names = methods.map(methodNames) ?? []
        let levels = LoginLevelsSection(methods: names).levels(login)
        let section = LoginMethodsSection(registry: registry)
        let knowledge = methods?.mapping("knowledge").map(section.knowledge) ?? []
        let emailCode = methods.flatMap { section.code("email_code", $0) }
        let smsCode = methods.flatMap { section.code("sms_code", $0) }
        methods.map(checkDelivery)
        return PersonLoginSettings(
            usernameFields: usernames, passwordColumn: password, pinColumn: pin, methods: names, knowledge: knowledge,
            emailCode: emailCode, smsCode: smsCode, levels: levels, attempts: attempts(login))
    }

    private func usernames(_ login: MappingReader) -> [String] {
        switch source.kind {
        case .builtIn: break
        case .sql:
            refuseUsername("people are found by registry.source.sql.username; leave this out", login)
            return []
        case .http:
            refuseUsername("the registry's source finds people by itself; leave this out", login)
            return []
        }
        if source.asksUsername { login.require("username", "the field that people type, as {from: email}") }
        guard let username = login.mapping("username") else { return [] }
        username.allow(["from"])
        username.require("from", "the field of the registry that people type, or a list of fields")
        guard let entry = username["from"],
            let elements = entry.isScalar ? [entry] : username.sequence("from", most: 8, "fields")
        else { return [] }
        if elements.isEmpty { username.fault("the list is empty", "from") }
        return elements.compactMap { registry.field($0, [.text], "a username is", username)?.name }
    }

    private func refuseUsername(_ message: String, _ login: MappingReader) {
        if login.has("username") { login.fault(message, "username") }
    }

    private func importColumn(_ name: String, _ login: MappingReader) -> String? {
        guard let section = login.mapping(name) else { return nil }
        section.allow(["from"])
        section.require("from", "the column that they are imported from")
        guard let column = section.text("from", RegistrySection.nameRule, RegistrySection.checkName) else { return nil }
        if column == registry.schema.idField || registry.schema[column] != nil || registry.brokenFields.contains(column)
        {
            section.fault("a field of the registry would show what only a hash is kept of; leave it out there", "from")
        }
        return column
    }

    private func methodNames(_ methods: MappingReader) -> [LoginMethod] {
        methods.allow(LoginMethod.allCases.map(\.rawValue))
        if methods.entries.isEmpty { methods.fault("at least one method is needed") }
        for name in ["password", "pin", "passkey"] { methods.mapping(name)?.allow([]) }
        return methods.entries.compactMap { LoginMethod(rawValue: $0.name) }
    }

    private func checkDelivery(_ methods: MappingReader) {
        guard !isLocal else { return }
        if methods.has("email_code"), !hasMail {
            methods.fault(
                "codes are sent by e-mail: add \"mail\" (only a server on localhost does without)", "email_code")
        }
        if methods.has("sms_code"), !hasSMS {
            methods.fault(
                "codes are sent as text messages: add \"sms\" (only a server on localhost does without)", "sms_code")
        }
    }

    private func attempts(_ login: MappingReader) -> PersonLoginSettings.Attempts {
        let reader = login.mapping("attempts")
        reader?.allow(["person", "address", "client", "window"])
        return .init(
            person: reader?.integer("person", in: 1...1000) ?? 10,
            address: reader?.integer("address", in: 1...1_000_000) ?? 100,
            client: reader?.integer("client", in: 1...1_000_000) ?? 1000,
            window: reader?.duration("window", in: .seconds(60)...(.seconds(86400))) ?? .seconds(900))
    }
}
