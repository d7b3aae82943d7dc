import CredentialFormats
import Crypto
import CryptoExtras
import Foundation
import JOSE
import WireFormats

/// What the same cryptography costs by itself on this machine, in microseconds of processor time.
enum CryptographyLimit {
    /// One P-256 signature and one verification over 300 bytes, as a flow needs them.
    static func signAndVerify() throws -> (sign: Double, verify: Double) {
        let key = P256.Signing.PrivateKey()
        let message = [UInt8](repeating: 7, count: 300)
        let signature = try key.signature(for: SHA256.hash(data: message))
        let publicKey = key.publicKey
        let sign = try perCall(2_000) { _ = try key.signature(for: SHA256.hash(data: message)) }
        let verify = try perCall(2_000) {
            guard publicKey.isValidSignature(signature, for: SHA256.hash(data: message)) else {
                throw BenchFailure("signature did not verify")
            }
        }
        return (sign, verify)
    }

    /// Issues SD-JWT VCs with 25 selectively disclosable claims, without HTTP.
    static func issueAlone() throws -> Double {
        let signer = PrivateKey.generateP256()
        let key = IssuerKey(
            signer: signer, keyID: "key", certificateChain: [[UInt8](repeating: 1, count: 500)],
            issuerURL: "https://issuer.example.org", issuerDID: "did:web:issuer.example.org")
        let encoder = SDJWTVCEncoder(key: key, vct: "https://issuer.example.org/vct/bench", decoys: 0)
        let claims = ClaimTree(
            (0..<25).map {
                Claim("claim_number_\($0)", .json(.string("the value of claim \($0)")), isSelectivelyDisclosable: true)
            })
        let holder = CredentialContent.Holder(key: PrivateKey.generateP256().publicKey, did: nil)
        let content = CredentialContent(
            claims: claims, holder: holder, issuedAt: 1_790_000_000, expiresAt: 1_800_000_000)
        return try perCall(4_000) {
            guard try encoder.issue(content).count > 2_000 else { throw BenchFailure("credential too short") }
        }
    }

    /// One hash of a password by scrypt with what the server hashes passwords with: 2^15 rounds over blocks of 8.
    static func hashPassword() throws -> Double {
        let (password, salt) = (Array("slate-heron-ropewalk".utf8), [UInt8](repeating: 7, count: 16))
        return try perCall(10) {
            _ = try KDF.Scrypt.deriveKey(
                from: password, salt: salt, outputByteCount: 32, rounds: 1 << 15, blockSize: 8, parallelism: 1)
        }
    }

    static func perCall(_ count: Int, _ body: () throws -> Void) throws -> Double {
        for _ in 0..<(count / 10) { try body() }
        let start = ProcessorTime.ofThisThread
        for _ in 0..<count { try body() }
        return (ProcessorTime.ofThisThread - start) / Double(count) * 1e6
    }
}
