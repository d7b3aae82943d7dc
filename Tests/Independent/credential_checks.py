"""Verifies a credential of the sample issuer in full, whatever its format."""

import time
from dataclasses import dataclass

from cryptography import x509

import registry
from certificate_checks import is_key_of, verify_chain
from holder_keys import HolderKey
from published_keys import PublishedKeys
from sd_jwt_checks import VerifiedSDJWT, bound_key, verify_sd_jwt
from w3c_checks import VerifiedW3C, check_subject, verify_jwt_vc, verify_vc_jwt

HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class Expectation:
    """Who asked for which credential of whom."""

    configuration: str
    subject: str
    # None for a credential that is bound to no key.
    holder: HolderKey | None
    reference: str = "jwk"


def verify(
    credential: str, keys: PublishedKeys, root: x509.Certificate, expected: Expectation
) -> VerifiedSDJWT | VerifiedW3C:
    """The credential, if everything about it is as it must be."""
    if registry.FORMATS[expected.configuration] == "dc+sd-jwt":
        return verify_sd_jwt_vc(credential, keys, root, expected)
    return verify_w3c(credential, keys, expected)


def verify_sd_jwt_vc(
    credential: str, keys: PublishedKeys, root: x509.Certificate, expected: Expectation
) -> VerifiedSDJWT:
    """A `dc+sd-jwt`: type, issuer, binding, certificates, disclosures, times, claims."""
    verified = verify_sd_jwt(credential, keys)
    payload = verified.payload
    assert verified.header["typ"] == "dc+sd-jwt"
    assert payload["vct"] == f"{keys.issuer}/vct/{expected.configuration}"
    assert (expected.holder is None) == (expected.configuration == registry.UNBOUND)
    if expected.holder is None:
        assert "cnf" not in payload
    else:
        assert thumbprint_of(expected.holder) == bound_key(verified)
    leaf = verify_chain(verified.header["x5c"], root, keys.issuer)
    assert is_key_of(leaf, keys.of_url(payload["iss"], verified.header["kid"]))
    assert verified.decoy_count == registry.DECOYS[expected.configuration]
    check_times(payload["iat"], payload["exp"], expected.configuration)
    assert verified.claims == registry.expected_claims(expected.configuration, expected.subject)
    check_disclosable(verified, registry.ALWAYS_DISCLOSED[expected.configuration])
    return verified


def verify_w3c(credential: str, keys: PublishedKeys, expected: Expectation) -> VerifiedW3C:
    """A `jwt_vc_json` or `jwt_vc_json-ld`: type, issuer, subject, times, claims."""
    how = verify_vc_jwt if registry.FORMATS[expected.configuration] == "jwt_vc_json-ld" else verify_jwt_vc
    verified = how(credential, keys, registry.CREDENTIAL_TYPES[expected.configuration])
    check_subject(verified, expected.holder, expected.reference)
    check_times(verified.valid_from, verified.valid_until, expected.configuration)
    assert verified.claims == registry.expected_claims(expected.configuration, expected.subject)
    return verified


def check_times(begins: int, ends: int, configuration: str) -> None:
    """Whole hours, begun within the last one; valid for as many days as configured."""
    assert begins % HOUR == 0 and ends % HOUR == 0, "a precise time links the copies of a credential"
    assert 0 <= time.time() - begins < HOUR + 60
    assert ends - begins == registry.VALIDITY_DAYS[configuration] * DAY


def check_disclosable(verified: VerifiedSDJWT, always: set[str]) -> None:
    """Without disclosures, a verifier sees what is always shown and not one claim more."""
    hidden = {disclosure.name for disclosure in verified.disclosures}
    for name in verified.claims:
        assert (name in verified.payload) == (name in always), name
        assert (name in hidden) == (name not in always), name


def thumbprint_of(holder: HolderKey) -> str:
    """The RFC 7638 name of a holder's key."""
    return holder.key.thumbprint()
