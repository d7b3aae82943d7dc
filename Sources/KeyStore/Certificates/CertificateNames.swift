import JOSE
import SwiftASN1
import X509

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Certificate {
    var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(self)
            return serializer.serializedBytes
        }
    }

    /// Whether the subject alternative names are the issuer's: its URL where the certificate has URLs, else its host.
    func names(_ issuer: IssuerIdentity) -> Bool {
        guard let names = try? extensions.subjectAlternativeNames else { return false }
        let urls = names.filter { if case .uniformResourceIdentifier = $0 { true } else { false } }
        guard urls.isEmpty else { return urls.contains(.uniformResourceIdentifier(issuer.url)) }
        return names.contains(issuer.hostName)
    }
}

extension IssuerIdentity {
    /// The host as a subject alternative name: `iPAddress` for an address, else `dNSName` (RFC 5280 §4.2.1.6).
    var hostName: GeneralName {
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var address = [UInt8](repeating: 0, count: length)
            if inet_pton(family, host, &address) == 1 { return .ipAddress(ASN1OctetString(contentBytes: address[...])) }
        }
        return .dnsName(host)
    }
}

extension JOSE.PublicKey {
    var certificateKey: Certificate.PublicKey {
        switch self {
        case .p256(let key): Certificate.PublicKey(key)
        case .p384(let key): Certificate.PublicKey(key)
        case .ed25519(let key): Certificate.PublicKey(key)
        case .rsa(let key): Certificate.PublicKey(key.key)
        }
    }
}
