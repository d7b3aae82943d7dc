"""The `x5c` header: a chain of certificates that ends at the development root."""

import base64
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store

from holder_keys import from_base64url


def verify_chain(x5c: list[str], root: x509.Certificate, issuer: str) -> x509.Certificate:
    """The signer's certificate, after its path to `root` and what HAIP 1.0 section 6.1.1 asks of it."""
    chain = [x509.load_der_x509_certificate(base64.b64decode(text, validate=True)) for text in x5c]
    leaf, *intermediates = chain
    assert root not in chain, "the trust anchor must be left out of x5c"
    assert leaf.issuer != leaf.subject, "the signer's certificate must not be self-signed"
    policy = PolicyBuilder().store(Store([root])).extension_policies(ca_policy=authority(), ee_policy=signer())
    policy.build_client_verifier().verify(leaf, intermediates)
    assert names_issuer(leaf, issuer), f"no subject alternative name stands for {issuer}"
    return leaf


def authority() -> ExtensionPolicy:
    """What a certificate must have that issues others."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.CRITICAL, check_authority)
        .require_present(x509.KeyUsage, Criticality.CRITICAL, check_signs_certificates)
    )


def signer() -> ExtensionPolicy:
    """What a certificate must have that signs credentials."""
    return (
        ExtensionPolicy.permit_all()
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, check_end_entity)
        .require_present(x509.KeyUsage, Criticality.CRITICAL, check_signs_documents)
    )


def check_authority(_policy: object, _certificate: object, constraints: x509.BasicConstraints) -> None:
    """Refuses a certificate that is no authority."""
    if not constraints.ca:
        raise ValueError("an issuing certificate must be an authority")


def check_end_entity(_policy: object, _certificate: object, constraints: x509.BasicConstraints | None) -> None:
    """Refuses a signer that could issue certificates."""
    if constraints is not None and constraints.ca:
        raise ValueError("the signer must not be an authority")


def check_signs_certificates(_policy: object, _certificate: object, usage: x509.KeyUsage) -> None:
    """Refuses an authority that may not issue."""
    if not usage.key_cert_sign:
        raise ValueError("an issuing certificate must be for signing certificates")


def check_signs_documents(_policy: object, _certificate: object, usage: x509.KeyUsage) -> None:
    """Refuses a signer that may do anything but sign."""
    if not usage.digital_signature or usage.key_cert_sign:
        raise ValueError("the signer's certificate must be for digital signatures only")


def names_issuer(leaf: x509.Certificate, issuer: str) -> bool:
    """Whether a subject alternative name is the issuer's host or its address."""
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    host = urlsplit(issuer).hostname
    return host in names.get_values_for_type(x509.DNSName) or issuer in names.get_values_for_type(
        x509.UniformResourceIdentifier)


def is_key_of(leaf: x509.Certificate, public_jwk: dict) -> bool:
    """Whether a certificate and a JWK have the same public key."""
    return leaf.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == point(public_jwk)


def point(public_jwk: dict) -> bytes:
    """An uncompressed point of P-256."""
    return b"\x04" + from_base64url(public_jwk["x"]) + from_base64url(public_jwk["y"])
