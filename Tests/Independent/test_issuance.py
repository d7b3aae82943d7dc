"""Credentials of each format, made by the running server for a wallet that is not ours, verify elsewhere."""

import base64
import hashlib
import json
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
from cryptography import x509
from jwcrypto.jws import InvalidJWSSignature

import registry
from answers import assert_dated, assert_issued, assert_private
from credential_checks import Expectation, verify
from holder_keys import ALGORITHMS, HolderKey, base64url, from_base64url, thumbprint
from proofs import KEY_REFERENCES, make_proof
from published_keys import PRIVATE_MEMBERS, PublishedKeys, token_keys
from sd_jwt_checks import bound_key, verify_sd_jwt
from visits import Visit
from vouchsafe import Vouchsafe
from wallet import PRE_AUTHORIZED_CODE, Wallet, credential_request, offer_parameters, pre_authorized_code

SD_JWT_CONFIGURATIONS = [name for name, format in registry.FORMATS.items() if format == "dc+sd-jwt"]
BATCH = 3
# What the issuer's keys are for.
PURPOSES = {"credential-signing": "ES256", "token-signing": "ES256", "token-signing-rsa": "RS256"}


@pytest.mark.parametrize("shape", ["proofs", "proof"])
@pytest.mark.parametrize("reference", KEY_REFERENCES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("configuration", registry.BOUND)
def test_credential_verifies(
    configuration: str, algorithm: str, reference: str, shape: str, server: Vouchsafe, wallet: Wallet,
    keys: PublishedKeys, development_root: x509.Certificate,
) -> None:
    """Each format, for each algorithm and each way to name the key, with either shape of the proof."""
    offer = server.create_offer(configuration)
    holder = HolderKey.make(algorithm)
    credentials = wallet.accept(offer.uri, keys=[holder], reference=reference, shape=shape)
    assert len(credentials) == 1
    verify(credentials[0], keys, development_root, Expectation(configuration, registry.ANYBODY, holder, reference))


@pytest.mark.parametrize("subject", registry.notable_students().items(), ids=lambda item: item[0])
@pytest.mark.parametrize("configuration", registry.FORMATS)
def test_unusual_records_keep_every_code_point(
    configuration: str, subject: tuple[str, str], server: Vouchsafe, wallet: Wallet, keys: PublishedKeys,
    development_root: x509.Certificate,
) -> None:
    """Names in any script, normalised or not, and records with gaps come out as they are in the registry."""
    holder = None if configuration == registry.UNBOUND else HolderKey.make()
    [credential] = wallet.accept(server.create_offer(configuration, subject[1]).link, keys=holder and [holder])
    verify(credential, keys, development_root, Expectation(configuration, subject[1], holder))


@pytest.mark.parametrize("proofs", [None, 1, 2], ids=["no proof", "a proof", "two proofs"])
def test_unbound_credential_needs_no_key(
    proofs: int | None, server: Vouchsafe, wallet: Wallet, keys: PublishedKeys, development_root: x509.Certificate,
) -> None:
    """Whoever shows keys all the same gets the one credential, with none of them in it."""
    visit = Visit(server, wallet, registry.UNBOUND)
    body = {"credential_configuration_id": registry.UNBOUND}
    if proofs is not None:
        body = visit.request(*(visit.forged() for _ in range(proofs)))
    [credential] = assert_issued(visit.ask(body))
    verify(credential, keys, development_root, Expectation(registry.UNBOUND, registry.ANYBODY, None))


@pytest.mark.parametrize("configuration", registry.BOUND)
def test_batch_has_one_credential_for_each_key(
    configuration: str, server: Vouchsafe, wallet: Wallet, keys: PublishedKeys, development_root: x509.Certificate,
) -> None:
    """Three proofs give three credentials on the same person that share no salt, no key and no identifier."""
    holders = [HolderKey.make() for _ in range(BATCH)]
    credentials = wallet.accept(server.create_offer(configuration).link, keys=holders)
    assert len(credentials) == BATCH
    copies = [
        verify(credential, keys, development_root, Expectation(configuration, registry.ANYBODY, holder))
        for credential, holder in zip(credentials, holders)
    ]
    if configuration in SD_JWT_CONFIGURATIONS:
        assert_unlinkable(copies)
    else:
        assert len({copy.id for copy in copies}) == BATCH


def assert_unlinkable(copies: list) -> None:
    """Copies have the same claims and times, but no salt and no digest in common; decoys neither."""
    salts = [salt for copy in copies for salt in copy.salts]
    digests = [digest for copy in copies for digest in copy.payload["_sd"]]
    assert len(set(salts)) == len(salts) > 0
    assert len(set(digests)) == len(digests) > 0
    assert len({bound_key(copy) for copy in copies}) == BATCH
    assert len({(copy.payload["iat"], copy.payload["exp"]) for copy in copies}) == 1


def test_one_token_is_good_for_several_requests(visit: Visit) -> None:
    """A wallet may come again with the same access token and a fresh nonce."""
    assert_issued(visit.ask(visit.good_request()))
    again = visit.proof(visit.wallet.nonce(visit.discovery))
    assert_issued(visit.ask(visit.request(again)))


# Offers.


def test_offer_by_value_and_by_reference_are_the_same(server: Vouchsafe, wallet: Wallet) -> None:
    """The link has the very offer that the address gives."""
    made = server.create_offer()
    value, reference = offer_parameters(made.link)
    assert made.link.startswith("openid-credential-offer://") and reference is None
    assert made.uri == f"{server.url}/issuance/oid4vci/credential-offer/{made.id}"
    assert json.loads(value) == wallet.read_offer(made.uri)
    assert wallet.read_offer("openid-credential-offer://?credential_offer_uri=" + quote(made.uri, safe=""))


def test_offer_has_exactly_what_a_wallet_needs(server: Vouchsafe, wallet: Wallet) -> None:
    """Issuer, configuration and code; nothing about the person."""
    offer = wallet.read_offer(server.create_offer("study-id").uri)
    assert set(offer) == {"credential_issuer", "credential_configuration_ids", "grants"}
    assert offer["credential_issuer"] == server.url
    assert offer["credential_configuration_ids"] == ["study-id"]
    assert set(offer["grants"]) == {PRE_AUTHORIZED_CODE}
    assert set(offer["grants"][PRE_AUTHORIZED_CODE]) == {"pre-authorized_code"}


def test_offer_is_private_json(server: Vouchsafe, wallet: Wallet) -> None:
    """The offer is a secret while it lasts: no cache keeps it."""
    assert_private(wallet.http.get(server.create_offer().uri))


def test_offer_ends_after_its_lifetime(server: Vouchsafe) -> None:
    """The operator is told when the offer ends: ten minutes from now in the sample."""
    left = server.create_offer().expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)


def test_transaction_code_is_announced_but_not_told(server: Vouchsafe, wallet: Wallet) -> None:
    """The offer says that a code of six digits is needed; the code itself is the operator's to pass on."""
    made = server.create_offer(tx_code=True)
    offer = wallet.read_offer(made.uri)
    parameters = offer["grants"][PRE_AUTHORIZED_CODE]["tx_code"]
    assert (parameters["input_mode"], parameters["length"]) == ("numeric", 6)
    assert len(made.tx_code) == 6 and made.tx_code.isascii() and made.tx_code.isdigit()
    assert made.tx_code not in json.dumps(parameters)


@pytest.mark.parametrize("by", ["value", "reference"])
def test_transaction_code_opens_the_offer(
    by: str, server: Vouchsafe, wallet: Wallet, keys: PublishedKeys, development_root: x509.Certificate,
) -> None:
    """The right code gives the credential."""
    made = server.create_offer(tx_code=True)
    holder = HolderKey.make()
    [credential] = wallet.accept(made.link if by == "value" else made.uri, made.tx_code, keys=[holder])
    verify(credential, keys, development_root, Expectation("student-id", registry.ANYBODY, holder))


# Metadata.


def test_issuer_metadata_describes_every_configuration(server: Vouchsafe, wallet: Wallet) -> None:
    """Format, scope, binding, proof types, signature, display and claims of each configuration."""
    metadata = wallet.discover(server.url).issuer
    assert set(metadata["credential_configurations_supported"]) == set(registry.FORMATS)
    for name, format in registry.FORMATS.items():
        entry = metadata["credential_configurations_supported"][name]
        assert entry["format"] == format
        assert entry["scope"] == name.replace("-", "_")
        if name == registry.UNBOUND:
            assert not {"cryptographic_binding_methods_supported", "proof_types_supported"} & set(entry)
        else:
            assert set(entry["cryptographic_binding_methods_supported"]) >= set(KEY_REFERENCES)
            assert set(entry["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]) == set(ALGORITHMS)
        assert entry["credential_signing_alg_values_supported"] == ["ES256"]
        described = entry["credential_metadata"]
        assert {item["locale"]: item["name"] for item in described["display"]} == registry.NAMES[name]


@pytest.mark.parametrize("configuration", registry.FORMATS)
def test_issuer_metadata_describes_every_claim(configuration: str, server: Vouchsafe, wallet: Wallet) -> None:
    """Each claim of a credential has a description by its path, with a name in every language."""
    metadata = wallet.discover(server.url).issuer["credential_configurations_supported"][configuration]
    paths = [tuple(claim["path"]) for claim in metadata["credential_metadata"]["claims"]]
    assert len(set(paths)) == len(paths)
    prefix = () if configuration in SD_JWT_CONFIGURATIONS else ("credentialSubject",)
    for name in registry.expected_claims(configuration, registry.ANYBODY):
        assert (*prefix, name) in paths
    for claim in metadata["credential_metadata"]["claims"]:
        # The elements of an array have a path that ends with null, and no name of their own.
        assert claim["path"][-1] is None or {item["locale"] for item in claim["display"]} == set(registry.DIRECTIONS)


def test_issuer_metadata_identifies_each_type(server: Vouchsafe, wallet: Wallet) -> None:
    """`vct` for SD-JWT VC, a credential definition for the W3C formats."""
    configurations = wallet.discover(server.url).issuer["credential_configurations_supported"]
    for name in SD_JWT_CONFIGURATIONS:
        assert configurations[name]["vct"] == f"{server.url}/vct/{name}"
    for name, type_name in registry.CREDENTIAL_TYPES.items():
        assert configurations[name]["credential_definition"]["type"] == ["VerifiableCredential", type_name]
    contexts = configurations["study-id"]["credential_definition"]["@context"]
    assert contexts == ["https://www.w3.org/ns/credentials/v2"]


def test_issuer_metadata_has_endpoints_and_batch_size(server: Vouchsafe, wallet: Wallet) -> None:
    """The documents' default paths, and the most proofs in one request."""
    metadata = wallet.discover(server.url).issuer
    assert metadata["credential_endpoint"] == server.url + "/issuance/oid4vci/credential-request"
    assert metadata["nonce_endpoint"] == server.url + "/issuance/oid4vci/nonce"
    assert metadata["authorization_servers"] == [server.url]
    assert metadata["batch_credential_issuance"] == {"batch_size": 10}


def test_authorization_server_metadata(server: Vouchsafe, wallet: Wallet) -> None:
    """RFC 8414: the token endpoint, and that a wallet need not be registered."""
    metadata = wallet.discover(server.url).authorization_server
    assert metadata["token_endpoint"] == server.url + "/auth/token-endpoint"
    assert PRE_AUTHORIZED_CODE in metadata["grant_types_supported"]
    assert metadata["pre-authorized_grant_anonymous_access_supported"] is True


@pytest.mark.parametrize(
    ("asked", "given"),
    [("ar", "ar"), ("de;q=0.9, ar;q=0.5", "ar"), ("en;q=0.1, fr", "fr"), ("en-GB", "en"), ("uk-UA, en", "uk")])
def test_issuer_metadata_negotiates_language(asked: str, given: str, server: Vouchsafe, wallet: Wallet) -> None:
    """The best language comes first in every display, and Content-Language says which it is."""
    response = wallet.http.get(
        server.url + "/.well-known/openid-credential-issuer", headers={"Accept-Language": asked})
    assert response.headers["Content-Language"] == given
    assert "Accept-Language" in response.headers["Vary"]
    for name, entry in response.json()["credential_configurations_supported"].items():
        assert entry["credential_metadata"]["display"][0]["name"] == registry.NAMES[name][given]


def test_issuer_metadata_in_no_known_language(server: Vouchsafe, wallet: Wallet) -> None:
    """Whoever asks for a language that is not there gets what everybody gets, the default language first."""
    address = server.url + "/.well-known/openid-credential-issuer"
    assert wallet.http.get(address, headers={"Accept-Language": "de"}).json() == wallet.http.get(address).json()


# Keys and types.


def test_key_sets_agree_and_are_public(keys: PublishedKeys) -> None:
    """The same keys everywhere, under distinct names, and nothing private in them."""
    assert len({frozenset(names) for names in keys.thumbprints().values()}) == 1
    for jwks in keys.all_keys().values():
        assert jwks and all(not PRIVATE_MEMBERS & set(key) for key in jwks)
    for jwks in (keys.issuer_jwks["keys"], keys.jwks["keys"]):
        assert len({key["kid"] for key in jwks}) == len(jwks)


def test_token_keys_are_others(server: Vouchsafe, wallet: Wallet, keys: PublishedKeys) -> None:
    """What signs tokens signs no credentials: one key for each algorithm, nothing private in them."""
    found = token_keys(wallet, server.url)
    assert sorted((key["kty"], key["alg"], key["use"]) for key in found) == [
        ("EC", "ES256", "sig"), ("RSA", "RS256", "sig")]
    assert all(not PRIVATE_MEMBERS & set(key) for key in found)
    assert all(key["kid"] == thumbprint(key) for key in found)
    assert not {thumbprint(key) for key in found} & keys.thumbprints()["did.json"]


@pytest.mark.parametrize("configuration", SD_JWT_CONFIGURATIONS)
def test_type_metadata_is_served_at_the_vct(
    configuration: str, server: Vouchsafe, wallet: Wallet, keys: PublishedKeys
) -> None:
    """The address in `vct` gives the type's metadata, which agrees with the credential made of it."""
    verified = verify_sd_jwt(wallet.accept(server.create_offer(configuration).link)[0], keys)
    response = wallet.http.get(verified.payload["vct"])
    assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (200, "application/json")
    metadata = response.json()
    assert metadata["vct"] == verified.payload["vct"]
    assert {item["locale"]: item["name"] for item in metadata["display"]} == registry.NAMES[configuration]
    assert verified.payload.get("vct#integrity", integrity(response.content)) == integrity(response.content)
    disclosable = {claim["path"][0]: claim["sd"] for claim in metadata["claims"] if len(claim["path"]) == 1}
    for name in verified.claims:
        always_shown = name in registry.ALWAYS_DISCLOSED[configuration]
        assert disclosable[name] == ("never" if always_shown else "always")


def integrity(document: bytes) -> str:
    """W3C Subresource Integrity with SHA-256."""
    return "sha256-" + base64.b64encode(hashlib.sha256(document).digest()).decode()


def test_tampered_credential_does_not_verify(server: Vouchsafe, wallet: Wallet, keys: PublishedKeys) -> None:
    """The checks above can fail: an hour more of validity breaks the signature."""
    [credential] = wallet.accept(server.create_offer().link)
    header, payload, rest = credential.split(".", 2)
    claims = json.loads(from_base64url(payload))
    longer = base64url(json.dumps({**claims, "exp": claims["exp"] + 3600}).encode())
    with pytest.raises(InvalidJWSSignature):
        verify_sd_jwt(".".join([header, longer, rest]), keys)


def test_rotation_keeps_old_credentials_verifiable(
    other_server: Vouchsafe, wallet: Wallet
) -> None:
    """After `keys rotate` there is a further key of each kind, and credentials from before and after it verify."""
    before = PublishedKeys(wallet, other_server.url)
    assert_listed(other_server, wallet, before, 1)
    [old] = wallet.accept(other_server.create_offer("enrolment").link)
    verify_sd_jwt(old, before)
    rotated = other_server.run("keys", "rotate")
    assert rotated.returncode == 0, rotated.stderr
    after = wait_for_more_keys(wallet, other_server, before)
    assert before.thumbprints()["did.json"] < after.thumbprints()["did.json"]
    assert_listed(other_server, wallet, after, 2)
    [new] = wallet.accept(other_server.create_offer("enrolment").link)
    verify_sd_jwt(old, after)
    verify_sd_jwt(new, after)


def assert_listed(server: Vouchsafe, wallet: Wallet, keys: PublishedKeys, generations: int) -> None:
    """The operator sees so many keys of each purpose, of which one signs, and they are those that are published."""
    entries = server.run_json("keys", "list")
    for purpose, algorithm in PURPOSES.items():
        found = [entry for entry in entries if entry["purpose"] == purpose]
        assert [entry["algorithm"] for entry in found] == [algorithm] * generations
        assert [entry["signing"] for entry in found].count(True) == 1
    published = [*keys.jwks["keys"], *token_keys(wallet, server.url)]
    assert sorted(entry["id"] for entry in entries) == sorted(key["kid"] for key in published)


def wait_for_more_keys(wallet: Wallet, server: Vouchsafe, before: PublishedKeys) -> PublishedKeys:
    """The key sets once the running server has heard of the rotation."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        after = PublishedKeys(wallet, server.url)
        if after.thumbprints() != before.thumbprints():
            return after
        time.sleep(0.1)
    raise AssertionError("ten seconds after the rotation the key sets are what they were")


# What the operator sees, and what is ignored.


def test_timeline_tells_the_whole_flow(server: Vouchsafe, wallet: Wallet) -> None:
    """Every step of a good flow, in order, none refused."""
    made = server.create_offer()
    wallet.accept(made.uri)
    entries = server.timeline(made.id)
    assert [entry.refused for entry in entries] == [None] * len(entries)
    # A nonce tells when it was made less finely than the other steps.
    seconds = [entry.at.replace(microsecond=0) for entry in entries]
    assert seconds == sorted(seconds)
    steps = [entry.step for entry in entries]
    assert list(dict.fromkeys(steps)) == [
        "offer_created", "offer_fetched", "metadata", "token", "nonce", "credential"]


def test_unknown_members_are_ignored(visit: Visit) -> None:
    """Parameters, members and claims that nobody has specified change nothing."""
    form = {**visit.token_form, "x_unknown": "1", "another": ""}
    token = visit.ask_for_token(form).json()["access_token"]
    proof = visit.forged(header={"x_unknown": [1]}, claims={"iss": "some-wallet", "x_unknown": {"a": None}})
    body = {**visit.request(proof), "x_unknown": {"deep": [1, 2.5e3, True]}}
    assert_issued(visit.wallet.post_credential(visit.discovery, token, body))


def test_media_types_may_have_parameters(visit: Visit) -> None:
    """`charset` and letter case make no other media type."""
    form = visit.ask_for_token(
        visit.token_form, headers={"Content-Type": "Application/x-www-form-urlencoded; charset=UTF-8"})
    assert form.status_code == 200
    body = json.dumps(visit.good_request()).encode()
    response = visit.wallet.post(visit.discovery.credential_endpoint, data=body, headers={
        "Authorization": "bearer " + form.json()["access_token"], "Content-Type": "application/JSON; charset=utf-8"})
    assert_issued(response)


def test_key_may_have_further_members(visit: Visit, keys: PublishedKeys) -> None:
    """A JWK with `kid`, `use` and `alg` is accepted, and only the key itself is copied into the credential."""
    jwk = {**visit.key.public_jwk, "kid": "mine", "use": "sig", "alg": "ES256"}
    [credential] = assert_issued(visit.ask(visit.request(visit.forged(header={"jwk": jwk}))))
    assert bound_key(verify_sd_jwt(credential, keys)) == visit.key.key.thumbprint()


def test_answers_are_private_and_dated(visit: Visit) -> None:
    """Token, nonce and credential responses are for one client only."""
    token = visit.ask_for_token(visit.token_form)
    assert_private(token)
    answer = token.json()
    assert answer["token_type"] == "Bearer" and answer["expires_in"] == 300
    nonce = visit.wallet.post(visit.discovery.nonce_endpoint)
    assert_private(nonce)
    proof = make_proof(visit.key, visit.discovery.credential_issuer, nonce.json()["c_nonce"])
    body = credential_request(visit.configuration, [proof])
    assert_issued(visit.wallet.post_credential(visit.discovery, answer["access_token"], body))


def test_secrets_are_long_and_never_the_same(server: Vouchsafe, wallet: Wallet) -> None:
    """Codes, tokens and nonces have at least 128 bits and do not repeat."""
    discovery = wallet.discover(server.url)
    offers = [wallet.read_offer(server.create_offer().link) for _ in range(3)]
    codes = [pre_authorized_code(offer) for offer in offers]
    tokens = [wallet.redeem(discovery, offer) for offer in offers]
    nonces = [wallet.nonce(discovery) for _ in range(3)]
    for secrets in (codes, tokens, nonces):
        assert len(set(secrets)) == 3
        assert all(len(secret) * 6 >= 128 for secret in secrets)
    assert len({*codes, *tokens, *nonces}) == 9


def test_health_is_dated(server: Vouchsafe, wallet: Wallet) -> None:
    """`/health` answers any stranger, with a date as every answer."""
    response = wallet.http.get(server.url + "/health")
    assert response.status_code == 200
    assert_dated(response)
