import ConfigurationFile
import CredentialIssuer
import Foundation
import HTTPTypes
import IdentityRegistry
import KeyStore
import Logging
import OutgoingHTTP
import PersonAuthentication
import RegistryRecords
import Storage
import WalletClient
import WebAuthn

/// Who people are and how they show it: the identity registry with its sources and ways to log in.
struct Identity: Sendable {
    let source: any IdentitySource
    let verification: any LoginVerification
    let dispatch: CodeDispatch
    let passkeys: PasskeyRegistration?
    let administration: AuthenticatorAdministration
    let limits: AttemptLimits
}

extension PersonLoginSettings {
    /// As the registry's login takes it.
    var registrySettings: LoginSettings {
        var codes: [LoginMethod: LoginSettings.CodeSettings] = [:]
        codes[.emailCode] = emailCode.map { .init(addressField: $0.field, lifetime: $0.lifetime) }
        codes[.smsCode] = smsCode.map { .init(addressField: $0.field, lifetime: $0.lifetime) }
        return LoginSettings(
            knowledge: knowledge, offersPassword: methods.contains(.password), offersPIN: methods.contains(.pin),
            codes: codes, offersPasskeys: methods.contains(.passkey))
    }

    var secretColumns: SecretColumns { SecretColumns(password: passwordColumn, pin: pinColumn) }
}

extension Installation {
    /// The login of people; nil where the configuration has none.
    func identity(_ client: GuardedHTTPClient, _ messages: MessageChannels) throws -> Identity? {
        guard let login = configuration.login, let index = people.index else { return nil }
        let ring = keys.ring
        let identityKeys = IdentityKeys(root: ring.codeKey)
        let settings = login.registrySettings
        let hasher = SecretHasher(pool: HashingPool(), keys: identityKeys)
        let secrets = SQLSecretStore(
            database: database, sealer: ring.dataSealer, sessions: PersonMark(root: ring.codeKey), now: now)
        let passkeys = SQLPasskeyStore(database: database, sealer: ring.dataSealer)
        let (source, checks) = try identitySource(login, index, secrets, hasher, client)
        let logger = logger
        let dispatch = CodeDispatch(
            settings: settings, source: source, delivery: messages
        ) { failure in
            logger.warning("a one-time code was not sent", metadata: ["reason": "\(failure)"])
        }
        let limits = AttemptLimits(
            person: login.attempts.person, address: login.attempts.address, client: login.attempts.client,
            window: login.attempts.window)
        let party =
            settings.offersPasskeys
            ? RelyingParty(
                publicURL: configuration.publicURL, name: configuration.display.first?.name ?? "Vouchsafe") : nil
        let verification = RegistryLogin(
            settings: settings, source: source, secrets: checks,
            limiter: AttemptLimiter(store: SQLAttemptStore(database: database), limits: limits, keys: identityKeys),
            codes: OneTimeCodes(
                store: SQLOneTimeCodeStore(database: database, sealer: ring.dataSealer), dispatch: dispatch,
                keys: identityKeys),
            passkeys: party.map { PasskeyChecks(store: passkeys, relyingParty: $0) }
        ) { failure in
            logger.error("the registry's source does not answer", metadata: ["reason": "\(failure)"])
        }
        return Identity(
            source: source, verification: verification, dispatch: dispatch,
            passkeys: party.map { PasskeyRegistration(store: passkeys, relyingParty: $0, keys: identityKeys) },
            administration: AuthenticatorAdministration(
                settings: settings, people: people, index: index, secrets: secrets, hasher: hasher,
                passkeys: passkeys), limits: limits)
    }

    private func identitySource(
        _ login: PersonLoginSettings, _ index: PersonIndex, _ secrets: SQLSecretStore, _ hasher: SecretHasher,
        _ client: GuardedHTTPClient
    ) throws -> (any IdentitySource, RegistryLogin.SecretChecks) {
        switch configuration.registrySource {
        case .builtIn:
            return (
                RegisteredPeople(index: index, entries: people, people: people), .stored(secrets, hasher)
            )
        case .sql(let settings):
            let source = SQLTableSource(
                path: file(settings.file).path,
                statements: SQLTableSource.Statements(
                    person: settings.person, match: settings.match, username: settings.username),
                schema: configuration.registry, knowledge: login.knowledge)
            do throws(SQLSourceFault) {
                try source.check()
            } catch {
                throw CommandFailure("registry.source.sql: \(error)")
            }
            return (source, .stored(secrets, hasher))
        case .http(let url, let secretFile):
            let source = try httpSource(url, secretFile, client)
            return (source, .source(source))
        }
    }

    func httpSource(_ url: String, _ secretFile: String, _ client: GuardedHTTPClient) throws -> HTTPIdentitySource {
        HTTPIdentitySource(
            url: url, secret: try secret(secretFile), schema: configuration.registry,
            knowledge: configuration.login?.knowledge ?? []
        ) { request in
            let response = try await client.send(
                ExchangeRequest(
                    .post, request.url,
                    headers: [.contentType: "application/json", .authorization: request.authorization],
                    body: request.body))
            return HTTPIdentitySource.Answer(status: response.status, body: response.body)
        }
    }
}
