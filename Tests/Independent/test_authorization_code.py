"""The authorization code flow with every kind of client: from metadata through login and consent to the credential."""

import json
import time
from typing import Callable

import pytest
import requests
from cryptography import x509

from answers import assert_issued, assert_private, assert_refused
from client_proofs import request_object
from code_wallet import Attested, Client, NoSecret, credential_details, server_metadata
from credential_checks import Expectation, verify
from holder_keys import HolderKey
from openid_checks import key_set
from people import Person
from plain_browser import Departure, PlainBrowser, Shown, departed, shown
from provider_setup import (
    MakeProvider, Provider, ask_for_credential, by_configuration, by_identifier, with_every_client)
from published_keys import PRIVATE_MEMBERS, PublishedKeys
from sign_in import Visitor
from visits import changed
from vouchsafe import MadeOffer
from wallet import PRE_AUTHORIZED_CODE, Wallet, token_form, well_known

pytest_plugins = ["provider_fixtures"]

CLIENTS = ["wallet", "keyed", "bound", "web", "attested"]
CONFIGURATIONS = {"student-id": "student_id", "student-id-jwt": "student_id_jwt", "study-id": "study_id"}
ENDPOINTS = {
    "authorization_endpoint": "/auth/authorize", "token_endpoint": "/auth/token-endpoint",
    "pushed_authorization_request_endpoint": "/auth/par", "userinfo_endpoint": "/auth/userinfo",
    "introspection_endpoint": "/auth/introspect", "revocation_endpoint": "/auth/revoke",
    "challenge_endpoint": "/auth/challenge", "jwks_uri": "/auth/jwks.json", "registration_endpoint": "/auth/register",
    "end_session_endpoint": "/auth/logout",
}
DOCUMENTS = ["oauth-authorization-server", "openid-configuration"]
STUDENT_ID = by_configuration("student-id")


@pytest.fixture(scope="module")
def root(provider: Provider) -> x509.Certificate:
    """The provider's development certificate authority."""
    response = requests.get(provider.url + "/trust/development-root.pem", timeout=10)
    response.raise_for_status()
    [certificate] = x509.load_pem_x509_certificates(response.content)
    return certificate


# Metadata.


@pytest.mark.parametrize("document", DOCUMENTS)
def test_metadata_names_every_endpoint(document: str, provider: Provider, wallet: Wallet) -> None:
    """Each is below the issuer identifier."""
    metadata = server_metadata(wallet, provider.url, document)
    assert {name: metadata[name] for name in ENDPOINTS} == {
        name: provider.url + path for name, path in ENDPOINTS.items()}


@pytest.mark.parametrize(("member", "values"), {
    "response_types_supported": {"code"}, "response_modes_supported": {"query", "form_post"},
    "grant_types_supported": {"authorization_code", "refresh_token", "client_credentials", PRE_AUTHORIZED_CODE},
    "code_challenge_methods_supported": {"S256"},
    "token_endpoint_auth_methods_supported": {
        "none", "client_secret_basic", "private_key_jwt", "attest_jwt_client_auth"},
    "dpop_signing_alg_values_supported": {"ES256"}, "token_endpoint_auth_signing_alg_values_supported": {"ES256"},
    "client_attestation_signing_alg_values_supported": {"ES256"},
    "client_attestation_pop_signing_alg_values_supported": {"ES256"},
    "request_object_signing_alg_values_supported": {"ES256"},
    "authorization_details_types_supported": {"openid_credential"},
    "scopes_supported": {"openid", "offline_access", "profile", "email", "address", *CONFIGURATIONS.values()},
    "subject_types_supported": {"pairwise"}, "id_token_signing_alg_values_supported": {"ES256", "RS256"},
    "prompt_values_supported": {"none", "login", "consent"},
    "claims_supported": {"sub", "given_name", "family_name", "email", "birthdate", "address", "student_number"},
}.items())
def test_metadata_says_what_the_server_can(
    member: str, values: set[str], provider: Provider, wallet: Wallet
) -> None:
    """Both documents say the same, no value twice."""
    told = [server_metadata(wallet, provider.url, document)[member] for document in DOCUMENTS]
    assert told[0] == told[1] and values <= set(told[0])
    assert len(told[0]) == len(set(told[0]))


@pytest.mark.parametrize("member", [
    "authorization_response_iss_parameter_supported", "pre-authorized_grant_anonymous_access_supported",
    "claims_parameter_supported", "request_parameter_supported", "backchannel_logout_supported",
    "backchannel_logout_session_supported",
])
def test_metadata_says_that_it_does(member: str, provider: Provider, wallet: Wallet) -> None:
    """A client that reads these relies on them."""
    assert all(server_metadata(wallet, provider.url, document)[member] is True for document in DOCUMENTS)


@pytest.mark.parametrize("value", ["none", "plain", "HS256", "password", "implicit", "token", "id_token"])
def test_metadata_has_nothing_of_the_past(value: str, provider: Provider, wallet: Wallet) -> None:
    """`none` is how a public client authenticates, and nothing else."""
    for name, values in provider.metadata(wallet).items():
        if isinstance(values, list) and (name, value) not in [
            ("token_endpoint_auth_methods_supported", "none"), ("prompt_values_supported", "none"),
            ("revocation_endpoint_auth_methods_supported", "none"),
        ]:
            assert value not in values, name


def test_issuer_metadata_points_at_the_server(provider: Provider, wallet: Wallet) -> None:
    """A wallet that knows the issuer alone finds the way, and every configuration has a scope."""
    discovery = wallet.discover(provider.url)
    assert discovery.issuer["authorization_servers"] == [provider.url]
    configurations = discovery.issuer["credential_configurations_supported"]
    assert {configurations[name]["scope"] for name in CONFIGURATIONS} == set(CONFIGURATIONS.values())


def test_key_set_is_public(provider: Provider, wallet: Wallet) -> None:
    """No private member, one key for each name, and each says what it is for."""
    keys = key_set(wallet, provider.metadata(wallet))
    assert keys and len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not PRIVATE_MEMBERS & set(key), f"{key['kid']} is private"
        assert key["kty"] in ("EC", "RSA", "OKP") and key["use"] == "sig"


def test_metadata_of_an_identifier_with_a_path(make_provider: MakeProvider, wallet: Wallet) -> None:
    """Both placements, as RFC 8414 section 3 and OpenID Connect Discovery section 4 have them."""
    server = make_provider("with-a-path")
    identifier = f"http://localhost:{server.port}/campus"
    server.configure({"server": {"public_url": identifier}}).start()
    for document in DOCUMENTS:
        inserted = wallet.get_json(well_known(document, identifier))
        appended = wallet.get_json(f"{identifier}/.well-known/{document}")
        assert inserted == appended and inserted["issuer"] == identifier
        assert inserted["token_endpoint"] == identifier + ENDPOINTS["token_endpoint"]


# From the request to the credential.


@pytest.mark.parametrize(("client", "pushes"), [
    *((client, True) for client in CLIENTS), ("wallet", False), ("keyed", False), ("web", False),
])
def test_client_gets_a_credential(
    client: str, pushes: bool, provider: Provider, person: Person, wallet: Wallet, root: x509.Certificate
) -> None:
    """Login, consent, code, token, credential; the credential is the person's, for the holder's key."""
    flow = provider.flow(wallet, client, scope="student_id", pushes=pushes).log_in(person)
    assert flow.tokens["scope"].split() == ["student_id"]
    holder = HolderKey.make()
    [credential] = assert_issued(ask_for_credential(flow, STUDENT_ID, holder))
    verify(credential, PublishedKeys(wallet, provider.url), root, Expectation("student-id", person.id, holder))


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_credential_by_authorization_details(
    configuration: str, provider: Provider, other_person: Person, wallet: Wallet, root: x509.Certificate
) -> None:
    """The token response names it, and it is asked for by that name."""
    details = credential_details(configuration, provider.url)
    flow = provider.flow(wallet, "wallet", details=details).log_in(other_person)
    [granted] = flow.tokens["authorization_details"]
    assert (granted["type"], granted["credential_configuration_id"]) == ("openid_credential", configuration)
    assert granted["credential_identifiers"] and all(granted["credential_identifiers"])
    holder = HolderKey.make()
    [credential] = assert_issued(ask_for_credential(flow, by_identifier(flow.tokens), holder))
    expected = Expectation(configuration, other_person.id, holder)
    verify(credential, PublishedKeys(wallet, provider.url), root, expected)


def test_identifier_is_needed_once_it_was_given(provider: Provider, person: Person, wallet: Wallet) -> None:
    """OpenID4VCI 1.0 section 8.2. An identifier that was not given is unknown."""
    flow = provider.flow(wallet, "wallet", details=credential_details("student-id", provider.url)).log_in(person)
    assert_refused(ask_for_credential(flow, STUDENT_ID), 400, "invalid_credential_request")
    other = {"credential_identifier": "nobody-gave-this"}
    assert_refused(ask_for_credential(flow, other), 400, "unknown_credential_identifier")
    assert_issued(ask_for_credential(flow, by_identifier(flow.tokens)))


def test_details_and_scope_together(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Both are heard."""
    details = credential_details("study-id", provider.url)
    flow = provider.flow(wallet, "wallet", details=details, scope="student_id").log_in(person)
    assert "student_id" in flow.tokens["scope"].split()
    assert_issued(ask_for_credential(flow, by_identifier(flow.tokens)))


def test_two_credentials_with_one_token(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Two scopes; and the same credential again for another key."""
    flow = provider.flow(wallet, "wallet", scope="student_id enrolment").log_in(person)
    for configuration in ("student-id", "enrolment", "student-id"):
        assert_issued(ask_for_credential(flow, by_configuration(configuration)))


def test_credential_that_was_not_asked_for(provider: Provider, person: Person, wallet: Wallet) -> None:
    """A token for one is not for another."""
    flow = provider.flow(wallet, "wallet", scope="student_id").log_in(person)
    assert_refused(ask_for_credential(flow, by_configuration("enrolment")), 403, "insufficient_scope")
    assert_issued(ask_for_credential(flow, STUDENT_ID))


def test_unknown_scope_is_left_out(provider: Provider, person: Person, wallet: Wallet) -> None:
    """OpenID4VCI 1.0 section 5.1.2; the token response says what is left."""
    flow = provider.flow(wallet, "wallet", scope="student_id nobody_knows_this").log_in(person)
    assert flow.tokens["scope"].split() == ["student_id"]


def test_token_response_is_for_the_client_alone(provider: Provider, person: Person, wallet: Wallet) -> None:
    """No cache, no ID token that nobody asked for, a lifetime of at most five minutes."""
    flow = provider.flow(wallet, "web", scope="student_id").log_in(person)
    answer = flow.ask_for_tokens()
    assert answer.status_code == 200, answer.text
    assert_private(answer)
    tokens = answer.json()
    assert 0 < tokens["expires_in"] <= 300 and "id_token" not in tokens and "refresh_token" not in tokens
    assert len(tokens["access_token"]) >= 22


def test_pushed_request_is_answered_as_specified(provider: Provider, wallet: Wallet) -> None:
    """RFC 9126 section 2.2."""
    answer = provider.flow(wallet, "web", scope="student_id").push()
    assert answer.status_code == 201, answer.text
    assert_private(answer)
    pushed = answer.json()
    assert pushed["request_uri"].startswith("urn:ietf:params:oauth:request_uri:") and pushed["expires_in"] == 90


def test_parameters_beside_a_pushed_request_do_not_count(provider: Provider, person: Person, wallet: Wallet) -> None:
    """RFC 9126 section 4: what was pushed was authenticated."""
    flow = provider.flow(wallet, "web", scope="student_id")
    beside = {"scope": "enrolment", "state": "other", "response_mode": "form_post", "prompt": "none"}
    with flow.browser() as browser:
        address = flow.address({
            "client_id": "web", "request_uri": flow.pushed["request_uri"], "response_type": "code", **beside})
        flow.take(flow.checked(Visitor(person, browser).pass_through(address)))
    assert flow.tokens["scope"].split() == ["student_id"]


def test_page_of_a_pushed_request_can_be_loaded_again(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Until somebody has answered: browsers fetch ahead, and people go back."""
    flow = provider.flow(wallet, "web", scope="student_id")
    with flow.browser() as browser:
        page = browser.show(flow.address())
        browser.show(page.url)
        flow.take(flow.checked(Visitor(person, browser).pass_through(flow.address())))
    assert flow.tokens["access_token"]


@pytest.mark.parametrize("changes", [{"state": None}, {"state": "s" * 512}, {"state": "a b&c=d+e%zz\"<ü>"}],
                         ids=["none", "long", "odd"])
@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "direct"])
def test_state_comes_back_as_it_was(
    changes: dict, pushes: bool, provider: Provider, person: Person, wallet: Wallet
) -> None:
    """To the letter, or not at all."""
    flow = provider.flow(wallet, "web", scope="student_id")
    if pushes:
        flow.pushed = flow.push(changes).json()
    with flow.browser() as browser:
        address = flow.address(None if pushes else changed(flow.parameters, changes))
        answer = Visitor(person, browser).pass_through(address)
    assert answer.parameters.get("state") == changes["state"] and answer.parameters["iss"] == provider.url
    assert set(answer.parameters) == {"code", "iss", *(name for name in changes if changes[name])}


def test_unknown_parameters_are_ignored(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Everywhere."""
    flow = provider.flow(wallet, "wallet", scope="student_id", nobody="knows", vendor_parameter="1").log_in(person)
    answer = flow.ask_for_tokens({"unheard_of": "x"})
    assert answer.status_code == 200, answer.text
    request = {**STUDENT_ID, "unheard_of": {"x": [1]}}
    assert_issued(ask_for_credential(flow, request, token=answer.json()["access_token"]))


def test_authorization_request_as_a_form(
    provider: Provider, person: Person, new_browser: Callable, wallet: Wallet
) -> None:
    """RFC 6749 section 3.1: the endpoint may be posted to, as some clients do."""
    flow = provider.flow(wallet, "web", scope="student_id", pushes=False)
    browser: PlainBrowser = new_browser(flow.client.redirect_uri)
    page = browser.follow(browser.send("POST", flow.server["authorization_endpoint"], data=flow.parameters))
    answer = Visitor(person, browser).answer(page)
    assert isinstance(answer, Departure)
    flow.take(flow.checked(answer))
    assert flow.tokens["access_token"]


@pytest.mark.parametrize("client", ["web", "wallet"])
def test_answer_by_form_post(
    client: str, provider: Provider, person: Person, new_browser: Callable, wallet: Wallet
) -> None:
    """A page with a form for the client, which a button sends where no script does."""
    flow = provider.flow(wallet, client, scope="student_id", response_mode="form_post")
    browser = new_browser(flow.client.redirect_uri)
    page = Visitor(person, browser).answer(browser.open(flow.address()))
    assert isinstance(page, Shown) and page.status == 200
    form = page.html.one("form-post")
    assert (form.attributes["action"], form.attributes["method"].lower()) == (flow.client.redirect_uri, "post")
    assert any(element.name == "button" for element in form.elements())
    sent = page.html.values(form)
    assert (sent["state"], sent["iss"]) == (flow.state, provider.url)
    flow.take(sent)
    assert flow.tokens["access_token"]


def test_redirect_address_with_a_query(make_provider: MakeProvider, wallet: Wallet) -> None:
    """The registered query is kept, the answer added; another query is another address."""
    server = make_provider("query")
    address = "https://query.example/callback?dummy1=lorem&dummy2=ipsum"
    server.admit("query", redirect_uri=address, grants=["authorization_code"])
    server.start().import_people()
    flow = server.flow(wallet, "query", scope="student_id")
    with flow.browser() as browser:
        answer = Visitor(server.people[0], browser).pass_through(flow.address())
    assert answer.url.startswith(address + "&")
    assert answer.parameters | {"dummy1": "lorem", "dummy2": "ipsum"} == answer.parameters
    flow.take(flow.checked(answer))
    assert flow.tokens["access_token"]
    assert_refused(flow.push({"redirect_uri": "https://query.example/callback"}), 400, "invalid_request")


# DPoP.


def test_key_of_the_pushed_request_binds_the_code(provider: Provider, person: Person, wallet: Wallet) -> None:
    """RFC 9449 section 10.1: with a proof, with its thumbprint, or with both."""
    key = provider.clients["wallet"].dpop_key
    for asked in ({}, {"dpop_jkt": key.key.thumbprint()}):
        flow = provider.flow(wallet, "wallet", scope="student_id", **asked).log_in(person)
        assert flow.tokens["token_type"] == "DPoP"


def test_confidential_client_may_bind_its_token(provider: Provider, person: Person, wallet: Wallet) -> None:
    """A proof with the token request is enough; the scheme is then DPoP."""
    known = provider.clients["keyed"]
    bound = Client(known.client_id, known.redirect_uri, known.authentication, HolderKey.make())
    flow = provider.flow(wallet, bound, scope="student_id").log_in(person)
    assert flow.tokens["token_type"] == "DPoP"
    assert_issued(ask_for_credential(flow, STUDENT_ID))


@pytest.fixture(scope="module")
def strict(make_provider: MakeProvider) -> Provider:
    """A server as FAPI 2.0 wants it, which wants nonces of its own in DPoP proofs."""
    server = make_provider("strict")
    server.configure({"authorization_server": {"security_profile": "fapi2", "dpop_nonces": "required"}})
    with_every_client(server)
    allowed = [client for client in server.configuration["clients"] if client["id"] in ("bound", "attested")]
    server.configuration["clients"] = allowed
    return server.start().import_people()


@pytest.mark.parametrize("client", ["bound", "attested"])
def test_strict_server_issues(client: str, strict: Provider, wallet: Wallet) -> None:
    """PAR, proofs with nonces, bound tokens; the whole way."""
    flow = strict.flow(wallet, client, scope="student_id").log_in(strict.people[0])
    assert_issued(ask_for_credential(flow, STUDENT_ID))
    assert flow.dpop_nonces, "no nonce was asked for"


def test_strict_server_says_so(strict: Provider, wallet: Wallet) -> None:
    """Clients read what they must do."""
    metadata = strict.metadata(wallet)
    assert metadata["require_pushed_authorization_requests"] is True
    assert not {"none", "client_secret_basic"} & set(metadata["token_endpoint_auth_methods_supported"])


def test_nonce_is_offered_with_each_token_response(provider: Provider, person: Person, wallet: Wallet) -> None:
    """Where nonces are not required, a client that likes them can have them, and proofs with one are taken."""
    flow = provider.flow(wallet, "wallet", scope="student_id").log_in(person)
    assert flow.tokens and flow.dpop_nonces
    assert_issued(ask_for_credential(flow, STUDENT_ID))


def test_pre_authorized_code_with_a_key(provider: Provider, person: Person, wallet: Wallet) -> None:
    """An anonymous wallet may bind its token too; then the token is no bearer token."""
    offer = wallet.read_offer(provider.create_offer(subject=person.id).link)
    anonymous = Client("", "https://unused.example/", NoSecret(), HolderKey.make())
    flow = provider.flow(wallet, anonymous)
    answer = flow.post(flow.server["token_endpoint"], token_form(offer), form_changes={"client_id": None})
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert answer.json()["token_type"] == "DPoP"
    bearer_flow = provider.flow(wallet, Client("", "https://unused.example/"))
    refused = ask_for_credential(bearer_flow, STUDENT_ID, token=token)
    assert_refused(refused, 401, "invalid_token")
    assert refused.headers["WWW-Authenticate"].startswith("DPoP")
    assert_issued(ask_for_credential(flow, STUDENT_ID, token=token))


def test_pre_authorized_code_of_a_stranger(provider: Provider, person: Person, wallet: Wallet) -> None:
    """A wallet that gives a name which nobody knows is as good as one that gives none; one that is known proves it."""
    metadata = provider.metadata(wallet)
    offer = wallet.read_offer(provider.create_offer(subject=person.id).link)
    known = wallet.post(metadata["token_endpoint"], data={**token_form(offer), "client_id": "web"})
    assert_refused(known, 400, "invalid_client")
    answer = wallet.post(metadata["token_endpoint"], data={**token_form(offer), "client_id": "some-wallet"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"


# Attested wallets.


# What is in a proof of possession: the draft that OpenID4VCI 1.0 names, and the newest one.
PROOF_SHAPES = {
    "draft 7": lambda now: {"exp": now + 60, "nbf": now},
    "newest": lambda now: {"iss": None},
}


@pytest.mark.parametrize("challenged", [True, False], ids=["with a challenge", "without"])
@pytest.mark.parametrize("shape", PROOF_SHAPES)
def test_attested_wallet(shape: str, challenged: bool, provider: Provider, person: Person, wallet: Wallet) -> None:
    """Proofs of both shapes are taken, with a challenge of the server's or none."""
    flow = provider.flow(wallet, "attested", scope="student_id")
    options = {} if challenged else {"challenge": None}
    shaped = reshaped(flow.client.authentication, PROOF_SHAPES[shape])
    flow.pushed = flow.push(authentication=shaped, **options).json()
    flow.log_in(person)
    answer = flow.ask_for_tokens(authentication=shaped, **options)
    assert answer.status_code == 200, answer.text


def reshaped(attested: Attested, shape: Callable[[int], dict]) -> Attested:
    """The same wallet, whose proofs have another shape."""
    return Attested(attested.attester, attested.instance, proof_claims=shape(int(time.time())))


def test_challenge(provider: Provider, wallet: Wallet) -> None:
    """Fresh each time, and not kept by anybody between."""
    endpoint = provider.metadata(wallet)["challenge_endpoint"]
    answers = [wallet.post(endpoint) for _ in range(2)]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert_private(answer)
        assert set(answer.json()) == {"attestation_challenge"}
    assert len({answer.json()["attestation_challenge"] for answer in answers}) == 2


def test_unregistered_wallet_with_a_trusted_attester(provider: Provider, person: Person, wallet: Wallet) -> None:
    """The attester's word is enough: nobody has registered this one, nor its address."""
    attester = provider.clients["attested"].authentication.attester
    client = Client(
        "https://new-wallet.example", "https://new-wallet.example/callback", Attested(attester), HolderKey.make())
    flow = provider.flow(wallet, client, scope="student_id").log_in(person)
    assert_issued(ask_for_credential(flow, STUDENT_ID))


# Offers.


@pytest.fixture
def offer_to(provider: Provider) -> Callable[[Person], MadeOffer]:
    """Makes offers that a person takes up by logging in."""

    def make(person: Person) -> MadeOffer:
        made = provider.run_json(
            "offer", "create", "--credential", "student-id", "--subject", person.id, "--grant", "authorization_code")
        return MadeOffer(made["id"], made["credential_offer_uri"], made["credential_offer"], None, None)

    return make


def issuer_state(wallet: Wallet, offer: MadeOffer) -> str:
    """What the offer wants to see again, read by reference and by value."""
    by_value = wallet.read_offer(offer.link)
    assert wallet.read_offer(offer.uri) == by_value and set(by_value["grants"]) == {"authorization_code"}
    return by_value["grants"]["authorization_code"]["issuer_state"]


def test_offer_is_taken_up(provider: Provider, person: Person, offer_to: Callable, wallet: Wallet) -> None:
    """The operator sees in the offer's timeline what came of it."""
    offer = offer_to(person)
    state = issuer_state(wallet, offer)
    flow = provider.flow(wallet, "wallet", scope="student_id", issuer_state=state).log_in(person)
    assert_issued(ask_for_credential(flow, STUDENT_ID))
    steps = [entry.step for entry in provider.timeline(offer.id) if entry.refused is None]
    assert steps[-1] == "credential" and "token" in steps


def test_offer_is_for_whom_it_was_made(
    provider: Provider, person: Person, other_person: Person, offer_to: Callable, wallet: Wallet
) -> None:
    """Somebody else who logs in gets nothing, and the offer stays good."""
    state = issuer_state(wallet, offer_to(person))
    flow = provider.flow(wallet, "wallet", scope="student_id", issuer_state=state)
    with flow.browser() as browser:
        assert flow.visit(Visitor(other_person, browser))["error"] == "access_denied"
    assert provider.flow(wallet, "wallet", scope="student_id", issuer_state=state).log_in(person).tokens


def test_cancelled_offer_is_over(provider: Provider, person: Person, offer_to: Callable, wallet: Wallet) -> None:
    """Its state opens nothing any more."""
    offer = offer_to(person)
    state = issuer_state(wallet, offer)
    assert provider.run("offer", "cancel", offer.id).returncode == 0
    flow = provider.flow(wallet, "wallet", scope="student_id", issuer_state=state)
    answer = flow.push()
    if answer.status_code == 201:
        flow.pushed = answer.json()
        with flow.browser() as browser:
            assert "error" in flow.visit(Visitor(person, browser))
    else:
        assert_refused(answer, 400, "invalid_request")


def test_offer_is_cancelled_during_the_login(
    provider: Provider, person: Person, offer_to: Callable, wallet: Wallet
) -> None:
    """The client is told when the person agrees."""
    offer = offer_to(person)
    flow = provider.flow(wallet, "wallet", scope="student_id", issuer_state=issuer_state(wallet, offer))
    with flow.browser() as browser:
        page = shown(browser.open(flow.address()))
        consent = shown(Visitor(person, browser).log_in(page))
        assert provider.run("offer", "cancel", offer.id).returncode == 0
        answer = flow.checked(departed(browser.press(consent, "allow")))
    assert answer["error"] == "invalid_request" and "code" not in answer


def test_cancelling_an_offer_ends_what_it_began(
    provider: Provider, person: Person, offer_to: Callable, wallet: Wallet
) -> None:
    """Codes that were not redeemed yet, access tokens and refresh tokens; others that the person has go on."""
    offer = offer_to(person)
    state = issuer_state(wallet, offer)
    redeemed, other = (
        provider.flow(wallet, "wallet", scope="student_id", issuer_state=text).log_in(person, remember="30d")
        for text in (state, None))
    assert redeemed.tokens["refresh_token"] and other.tokens
    begun = provider.flow(wallet, "wallet", scope="student_id", issuer_state=state).log_in(person)
    assert provider.run("offer", "cancel", offer.id).returncode == 0
    assert_refused(ask_for_credential(redeemed, STUDENT_ID), 401, "invalid_token")
    assert_refused(redeemed.ask_to_refresh(), 400, "invalid_grant")
    assert_refused(begun.ask_for_tokens(), 400, "invalid_grant")
    assert_issued(ask_for_credential(other, STUDENT_ID))


# Refresh tokens.


@pytest.mark.parametrize("client", ["wallet", "keyed", "web", "attested"])
def test_credential_is_renewed(client: str, provider: Provider, wallet: Wallet) -> None:
    """The person agreed for a month; nobody logs in again."""
    person = provider.people[2]
    flow = provider.flow(wallet, client, scope="student_id").log_in(person, remember="30d")
    assert_issued(ask_for_credential(flow, STUDENT_ID))
    renewed = flow.refreshed()
    assert renewed["access_token"] != flow.tokens["access_token"] and renewed["scope"] == "student_id"
    assert_issued(ask_for_credential(flow, STUDENT_ID, token=renewed["access_token"]))


def test_identifiers_stay_the_same(provider: Provider, wallet: Wallet) -> None:
    """A refreshed token is asked with by the name that the first one was."""
    details = credential_details("student-id", provider.url)
    flow = provider.flow(wallet, "wallet", details=details).log_in(provider.people[2], remember="30d")
    renewed = flow.refreshed()
    assert renewed["authorization_details"] == flow.tokens["authorization_details"]
    assert_issued(ask_for_credential(flow, by_identifier(renewed), token=renewed["access_token"]))


def test_refreshed_token_may_be_for_less(provider: Provider, wallet: Wallet) -> None:
    """RFC 6749 section 6: for less, never for more."""
    flow = provider.flow(wallet, "wallet", scope="student_id enrolment").log_in(provider.people[2], remember="30d")
    less = flow.ask_to_refresh({"scope": "enrolment"}).json()
    assert less["scope"] == "enrolment"
    refused = ask_for_credential(flow, STUDENT_ID, token=less["access_token"])
    assert_refused(refused, 403, "insufficient_scope")
    assert_refused(flow.ask_to_refresh({"scope": "student_id study_id"}), 400, "invalid_scope")
    assert set(flow.refreshed()["scope"].split()) == {"student_id", "enrolment"}


def test_who_agreed_once_gives_no_refresh_token(provider: Provider, person: Person, wallet: Wallet) -> None:
    """The consent holds for this time."""
    flow = provider.flow(wallet, "wallet", scope="student_id").log_in(person, remember="once")
    assert "refresh_token" not in flow.tokens


# Clients that act for themselves.


def test_client_credentials(provider: Provider, wallet: Wallet) -> None:
    """A token without a person: no refresh token, no credential, no claims."""
    flow = provider.flow(wallet, "keyed")
    answer = flow.post(flow.server["token_endpoint"], {"grant_type": "client_credentials"})
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    assert "refresh_token" not in answer.json() and "id_token" not in answer.json()
    told = flow.introspect(token).json()
    assert told["active"] is True and told["client_id"] == "keyed"
    assert ask_for_credential(flow, STUDENT_ID, token=token).status_code in (401, 403)
    assert flow.user_info(token=token).status_code in (401, 403)


# Signed requests.


@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "direct"])
def test_signed_request(pushes: bool, provider: Provider, person: Person, wallet: Wallet) -> None:
    """RFC 9101: what is signed counts; what stands beside it does not."""
    flow = provider.flow(wallet, "keyed", scope="student_id")
    signed = request_object(flow.client.authentication.key, "keyed", provider.url, flow.parameters)
    beside = {"client_id": "keyed", "request": signed, "scope": "enrolment", "state": "other"}
    if pushes:
        endpoint = flow.server["pushed_authorization_request_endpoint"]
        flow.pushed = flow.post(endpoint, {"request": signed}).json()
        address = flow.address()
    else:
        address = flow.address({**beside, "response_type": "code"})
    with flow.browser() as browser:
        flow.take(flow.checked(Visitor(person, browser).pass_through(address)))
    assert flow.tokens["scope"].split() == ["student_id"]


def test_signed_request_with_structured_members(provider: Provider, person: Person, wallet: Wallet) -> None:
    """`authorization_details` is JSON in a request object, not text."""
    details = credential_details("student-id", provider.url)
    flow = provider.flow(wallet, "keyed", details=details)
    parameters = {**flow.parameters, "authorization_details": json.loads(flow.parameters["authorization_details"])}
    signed = request_object(flow.client.authentication.key, "keyed", provider.url, parameters)
    flow.pushed = flow.post(flow.server["pushed_authorization_request_endpoint"], {"request": signed}).json()
    assert_issued(ask_for_credential(flow.log_in(person), by_identifier(flow.tokens)))
