/// An answer of `navigator.credentials.get()` that nobody has checked yet: enough to find the stored credential.
package struct UnverifiedAssertion: Sendable {
    package let credentialID: CredentialID
    /// The account that the authenticator keeps the credential for; there always if the person chose the account.
    package let userHandle: UserHandle?
    let clientDataJSON: [UInt8]
    let authenticatorData: [UInt8]
    let signature: [UInt8]

    /// - Parameter responseJSON: the answer as `toJSON()` gives it.
    package init(responseJSON: [UInt8]) throws(WebAuthnRefusal) {
        let answer = try CredentialAnswer(parsing: responseJSON)
        credentialID = answer.credentialID
        userHandle = try answer.userHandle()
        clientDataJSON = try answer.clientDataJSON()
        authenticatorData = try answer.bytes("authenticatorData", atMost: 8 * 1024)
        signature = try answer.bytes("signature", atMost: 1024)
    }
}
