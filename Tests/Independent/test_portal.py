"""The portal: somebody comes with a browser, logs in, agrees, and takes a credential away as it suits them."""

import time
from typing import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography import x509

from credential_checks import Expectation, verify
from holder_keys import HolderKey
from html_page import Element
from mail_sink import MailSink
from people import Person
from plain_browser import PlainBrowser, Shown, same_origin, shown
from provider_setup import MakeProvider, Provider
from published_keys import PublishedKeys
from sign_in import Visitor
from wallet import Wallet

pytest_plugins = ["provider_fixtures"]

NewBrowser = Callable[..., PlainBrowser]
CREDENTIALS = ["student-id", "student-id-jwt", "study-id", "enrolment", "student-card"]
# Of a credential that fits on paper and has the person's address in it; others can be had in fewer ways.
WAYS = {"wallet", "file", "print", "pdf", "email"}
# By whether a PDF's font has the letters of their names: Benoît Saint-Orvault, and Jiří Měšťánek.
WESTERN, OTHER = 4, 3
WAIT_SECONDS = 15


@pytest.fixture(scope="module")
def mail() -> Iterator[MailSink]:
    """Where e-mail goes."""
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def town_hall(make_provider: MakeProvider, mail: MailSink) -> Provider:
    """One server that is provider, issuer and portal."""
    server = make_provider("town-hall").configure({"mail": {
        "host": "127.0.0.1", "port": mail.port, "tls": "none", "from": "Registry <no-reply@example.org>"}})
    return server.start().import_people()


@pytest.fixture
def plain(new_browser: NewBrowser) -> PlainBrowser:
    """The person's browser."""
    return new_browser()


def begin(browser: PlainBrowser, server: Provider, credential: str) -> Shown:
    """Chooses a credential; the provider's page is next."""
    return shown(browser.press(browser.show(server.url + "/portal"), f"portal-credential-{credential}"))


def fetch(browser: PlainBrowser, server: Provider, person: Person, credential: str = "student-id") -> Shown:
    """The page of a credential that has come."""
    page = shown(Visitor(person, browser).answer(begin(browser, server, credential)))
    deadline = time.monotonic() + WAIT_SECONDS
    while not page.html.has("portal-received"):
        assert page.status == 200 and time.monotonic() < deadline, page.html.root.text[:500]
        time.sleep(0.2)
        page = browser.show(server.url + "/portal/credential")
    return page


def deliver(
    browser: PlainBrowser, page: Shown, way: str, values: dict[str, str] | None = None
) -> requests.Response:
    """Chooses a way; the answer, whatever it is."""
    button: Element = page.html.one(f"portal-deliver-{way}")
    form = page.html.form_of(button)
    target = urlsplit(page.url)._replace(path=form.attributes["action"], query="").geturl()
    sent = {**page.html.values(form), **(values or {})}
    answer = browser.send("POST", target, data=sent, headers=same_origin(page.url))
    while answer.is_redirect:
        answer = browser.send("GET", urlsplit(page.url)._replace(path=answer.headers["Location"], query="").geturl())
    return answer


# Getting it.


def test_portal_offers_every_credential(town_hall: Provider, plain: PlainBrowser) -> None:
    """In the person's language, without asking who they are."""
    page = plain.show(town_hall.url + "/portal")
    assert set(CREDENTIALS) <= set(page.html.starting("portal-credential-"))
    assert "vouchsafe-session" not in plain.cookies


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_credential_comes(credential: str, town_hall: Provider, plain: PlainBrowser) -> None:
    """Login, consent, and the person sees what is in it."""
    person = town_hall.people[0]
    page = fetch(plain, town_hall, person, credential)
    assert person.facts["student_number"] in page.html.root.text
    ways = set(page.html.starting("portal-deliver-"))
    assert {"wallet", "file"} <= ways and (credential != "enrolment" or WAYS <= ways)
    assert "no-store" in page.response.headers["Cache-Control"]


def test_portal_asks_as_the_strictest_client(town_hall: Provider, plain: PlainBrowser) -> None:
    """Its request is pushed: the address that the browser sees says nothing but its name and the request's."""
    begin(plain, town_hall, "student-id")
    [address] = [answer.url for answer in plain.answers if "/auth/authorize" in answer.url]
    assert set(parse_qs(urlsplit(address).query)) == {"client_id", "request_uri"}


def test_second_credential_needs_a_second_login(town_hall: Provider, plain: PlainBrowser) -> None:
    """Many people use one computer: whoever comes next does not go on as the one before."""
    fetch(plain, town_hall, town_hall.people[1])
    page = begin(plain, town_hall, "enrolment")
    assert page.html.has("login-form")
    person = town_hall.people[2]
    visitor = Visitor(person, plain)
    page = shown(visitor.answer(page))
    assert visitor.answered == ["login", "consent"]
    assert person.facts["student_number"] in page.html.root.text
    assert town_hall.people[1].facts["student_number"] not in page.html.root.text


# Taking it away.


def test_to_a_wallet(town_hall: Provider, plain: PlainBrowser, wallet: Wallet) -> None:
    """An offer that a wallet takes up; the credential is bound to the wallet's key, not to the portal's."""
    person = town_hall.people[2]
    page = fetch(plain, town_hall, person)
    done = shown(plain.press(page, "portal-deliver-wallet"))
    assert done.html.has("portal-done") and done.html.has("qr")
    link = done.html.one("portal-offer-link").attributes["href"]
    tx_code = done.html.one("tx-code").text if done.html.has("tx-code") else None
    holder = HolderKey.make()
    [credential] = wallet.accept(link, tx_code, keys=[holder])
    [root] = x509.load_pem_x509_certificates(
        requests.get(town_hall.url + "/trust/development-root.pem", timeout=10).content)
    verify(credential, PublishedKeys(wallet, town_hall.url), root, Expectation("student-id", person.id, holder))


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_as_a_file(credential: str, town_hall: Provider, plain: PlainBrowser) -> None:
    """A download that `vouchsafe verify` takes."""
    page = fetch(plain, town_hall, town_hall.people[3], credential)
    answer = deliver(plain, page, "file")
    assert answer.status_code == 200 and answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"] and answer.headers["X-Content-Type-Options"] == "nosniff"
    checked = town_hall.run("verify", "-", text=answer.text)
    assert checked.returncode == 0, checked.stderr


def test_on_paper(town_hall: Provider, plain: PlainBrowser) -> None:
    """A page to print, with codes that verifiers scan."""
    page = fetch(plain, town_hall, town_hall.people[3], "enrolment")
    answer = deliver(plain, page, "print")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    assert town_hall.people[3].facts["student_number"] in answer.text and "<svg" in answer.text


def test_as_pdf(town_hall: Provider, plain: PlainBrowser) -> None:
    """A document, complete from its first line to its last."""
    page = fetch(plain, town_hall, town_hall.people[WESTERN], "enrolment")
    answer = deliver(plain, page, "pdf")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-") and answer.content.rstrip().endswith(b"%%EOF")
    assert "no-store" in answer.headers["Cache-Control"] and len(answer.content) > 1_000


def test_no_pdf_of_other_letters(town_hall: Provider, plain: PlainBrowser) -> None:
    """Whose name has letters that the font lacks is not offered a document with gaps, and gets none."""
    page = fetch(plain, town_hall, town_hall.people[OTHER], "enrolment")
    assert set(page.html.starting("portal-deliver-")) >= WAYS - {"pdf"}
    assert not page.html.has("portal-deliver-pdf")
    answer = deliver(plain, page, "file", {"way": "pdf"})
    assert answer.status_code in (400, 403, 404) and not answer.content.startswith(b"%PDF-")


def test_by_mail(town_hall: Provider, plain: PlainBrowser, mail: MailSink) -> None:
    """To the address on record, with the credential beside the text; no claim is in the subject."""
    person = town_hall.people[4]
    before = len(mail.to(person.username))
    page = fetch(plain, town_hall, person, "enrolment")
    assert deliver(plain, page, "email").status_code == 200
    message = mail.wait_for(person.username, before + 1)
    files = list(message.iter_attachments())
    assert files and message["To"] == person.username
    assert person.facts["student_number"] not in message["Subject"]


def test_mail_goes_nowhere_else(town_hall: Provider, plain: PlainBrowser, mail: MailSink) -> None:
    """An address that is slipped into the form is not used."""
    page = fetch(plain, town_hall, town_hall.people[4], "enrolment")
    deliver(plain, page, "email", {"email": "thief@evil.example"})
    assert not mail.to("thief@evil.example")


# What must not work.


def test_who_cancels_gets_nothing(town_hall: Provider, plain: PlainBrowser) -> None:
    """And is told so."""
    page = shown(Visitor(town_hall.people[5], plain, allows=False).answer(begin(plain, town_hall, "student-id")))
    assert page.html.has("portal-problem")
    assert not plain.show(town_hall.url + "/portal/credential").html.has("portal-received")


@pytest.mark.parametrize("query", [
    "code=A&state=B", "code=A", "", "error=access_denied&state=B", "code=A&state=B&iss=https%3A%2F%2Fevil.example",
])
def test_forged_callback(query: str, town_hall: Provider, plain: PlainBrowser) -> None:
    """An answer that this browser has not asked for."""
    begin(plain, town_hall, "student-id")
    page = plain.show(f"{town_hall.url}/portal/callback?{query}")
    assert page.status in (400, 403) and page.html.has("portal-problem")


def test_answer_in_another_browser(town_hall: Provider, plain: PlainBrowser, new_browser: NewBrowser) -> None:
    """Whoever is made to open somebody else's answer does not get their credential."""
    person = town_hall.people[5]
    plain.way_out = town_hall.url + "/portal/callback"
    answer = Visitor(person, plain).answer(begin(plain, town_hall, "student-id"))
    victim = new_browser()
    victim.show(town_hall.url + "/portal")
    assert victim.show(answer.url).html.has("portal-problem")
    plain.way_out = None
    assert plain.show(answer.url).status in (200, 400)


def test_credential_of_another_browser(town_hall: Provider, plain: PlainBrowser, new_browser: NewBrowser) -> None:
    """What has come for one is not shown to another."""
    fetch(plain, town_hall, town_hall.people[6])
    for browser in (new_browser(), other := new_browser()):
        if browser is other:
            browser.show(town_hall.url + "/portal")
        page = browser.show(town_hall.url + "/portal/credential")
        assert town_hall.people[6].facts["student_number"] not in page.html.root.text


@pytest.mark.parametrize("changes", [{"csrf": ""}, {"csrf": "A" * 24}, {"Origin": "https://evil.example"}])
@pytest.mark.parametrize("path", ["/portal/start", "/portal/deliver"])
def test_forged_form(path: str, changes: dict, town_hall: Provider, plain: PlainBrowser) -> None:
    """Nobody else starts a login or has a credential sent."""
    page = fetch(plain, town_hall, town_hall.people[6], "study-id")
    form = page.html.values(page.html.form_of(page.html.one("portal-deliver-file")))
    form |= {"credential": "study-id"} if path.endswith("start") else {}
    headers = {**same_origin(page.url), **{name: text for name, text in changes.items() if name == "Origin"}}
    if "Origin" in changes:
        headers["Sec-Fetch-Site"] = "cross-site"
    sent = {**form, **{name: text for name, text in changes.items() if name == "csrf"}}
    assert plain.send("POST", town_hall.url + path, data=sent, headers=headers).status_code in (400, 403)


@pytest.mark.parametrize("way", ["fax", "", "../file"])
def test_unknown_way(way: str, town_hall: Provider, plain: PlainBrowser) -> None:
    """Refused, and the credential is still there."""
    page = fetch(plain, town_hall, town_hall.people[7], "study-id")
    assert deliver(plain, page, "file", {"way": way}).status_code in (400, 403, 404)
    assert deliver(plain, page, "file").status_code == 200


def test_unknown_credential(town_hall: Provider, plain: PlainBrowser) -> None:
    """Nothing begins."""
    page = plain.show(town_hall.url + "/portal")
    form = page.html.values(page.html.form_of(page.html.one("portal-credential-student-id")))
    headers = same_origin(page.url)
    answer = plain.send(
        "POST", town_hall.url + "/portal/start", data={**form, "credential": "nothing"}, headers=headers)
    assert answer.status_code in (400, 404)


def test_person_has_it_forgotten(town_hall: Provider, plain: PlainBrowser) -> None:
    """Who is done leaves nothing behind."""
    page = fetch(plain, town_hall, town_hall.people[7], "enrolment")
    assert deliver(plain, page, "done").status_code == 200
    assert not plain.show(town_hall.url + "/portal/credential").html.has("portal-received")


def test_portal_keeps_nothing_for_others(town_hall: Provider, plain: PlainBrowser) -> None:
    """What it keeps in its database is not legible: neither credential nor claims."""
    person = town_hall.people[7]
    fetch(plain, town_hall, person, "study-id")
    assert person.facts["student_number"].encode() not in town_hall.kept()
    assert person.facts["student_number"] not in town_hall.log_text()
