"""A browser that runs no script: it keeps cookies, fills forms, and follows redirects until they lead out."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from html_page import Element, HTMLPage
from wallet import TIMEOUT_SECONDS, UnexpectedAnswer, expect

MOST_REDIRECTS = 20
REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True)
class Shown:
    """A page as the browser shows it."""

    response: requests.Response

    @property
    def url(self) -> str:
        """Where the page is."""
        return self.response.url

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return self.response.status_code

    @cached_property
    def html(self) -> HTMLPage:
        """What it says."""
        return HTMLPage(self.response.text)


@dataclass(frozen=True)
class Departure:
    """A redirect that leads out: to the program that asked for the login."""

    url: str

    @property
    def parameters(self) -> dict[str, str]:
        """The answer in the query, each parameter once."""
        return single(parse_qs(urlsplit(self.url).query, keep_blank_values=True, strict_parsing=True))

    @property
    def address(self) -> str:
        """The address without query and fragment."""
        return self.url.split("?")[0].split("#")[0]


class PlainBrowser:
    """One person's browser; `way_out` says where redirects are no longer followed."""

    def __init__(self, way_out: str | None = None, language: str = "en") -> None:
        self.way_out = way_out
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"Accept": "text/html,application/xhtml+xml", "Accept-Language": language})
        # Every answer since the start, redirects too.
        self.answers: list[requests.Response] = []

    def close(self) -> None:
        """Closes the connections."""
        self.http.close()

    def __enter__(self) -> "PlainBrowser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that the browser keeps."""
        return {cookie.name: cookie.value for cookie in self.http.cookies}

    def set_cookies(self) -> list[str]:
        """Every Set-Cookie header line so far."""
        return [line for answer in self.answers for line in answer.raw.headers.getlist("Set-Cookie")]

    # Going somewhere.

    def open(self, url: str, **arguments: object) -> Shown | Departure:
        """What a person gets who opens an address."""
        return self.follow(self.send("GET", url, **arguments))

    def show(self, url: str, **arguments: object) -> Shown:
        """The same, where it must be a page."""
        return shown(self.open(url, **arguments))

    def press(self, page: Shown, button: str, values: dict[str, str | None] | None = None) -> Shown | Departure:
        """Fills fields and presses the button with that `data-test`; None takes a field out."""
        return self.press_element(page, page.html.one(button), values)

    def press_element(
        self, page: Shown, button: Element, values: dict[str, str | None] | None = None
    ) -> Shown | Departure:
        """The same for a button that is at hand."""
        form = page.html.form_of(button)
        typed = {name for name, value in (values or {}).items() if value is not None}
        expect(typed <= page.html.names(form), f"the form has no field {typed - page.html.names(form)}")
        filled = {**page.html.values(form), **(values or {})}
        if "name" in button.attributes:
            filled[button.attributes["name"]] = button.attributes.get("value", "")
        return self.submit(page, form, {name: value for name, value in filled.items() if value is not None})

    def submit(self, page: Shown, form: Element, values: dict[str, str]) -> Shown | Departure:
        """Sends exactly these values the way the form says."""
        target = urljoin(page.url, form.attributes.get("action", page.url))
        if form.attributes.get("method", "get").lower() == "get":
            return self.open(target, params=values)
        return self.follow(self.send("POST", target, data=values, headers=same_origin(page.url)))

    # HTTP.

    def send(self, method: str, url: str, **arguments: object) -> requests.Response:
        """One request."""
        answer = self.http.request(method, url, allow_redirects=False, timeout=TIMEOUT_SECONDS, **arguments)
        self.answers.append(answer)
        return answer

    def follow(self, answer: requests.Response) -> Shown | Departure:
        """Follows redirects to a page or out."""
        for _ in range(MOST_REDIRECTS):
            if answer.status_code not in REDIRECTS:
                return Shown(answer)
            target = urljoin(answer.url, answer.headers["Location"])
            if self.is_out(target):
                return Departure(target)
            repeats = answer.status_code in (307, 308) and answer.request.method == "POST"
            expect(not repeats, f"{answer.url} would send the form on to {target}")
            answer = self.send("GET", target)
        raise UnexpectedAnswer(f"more than {MOST_REDIRECTS} redirects, the last to {answer.url}")

    def is_out(self, url: str) -> bool:
        """Whether an address is where the browser's user asked to be sent back to, or nothing that HTTP can reach."""
        if urlsplit(url).scheme not in ("http", "https"):
            return True
        return self.way_out is not None and url.split("?")[0].split("#")[0] == self.way_out.split("?")[0]


def shown(result: Shown | Departure) -> Shown:
    """A result that must be a page."""
    expect(isinstance(result, Shown), f"a redirect to {getattr(result, 'url', '')} where a page should be")
    return result


def departed(result: Shown | Departure) -> Departure:
    """A result that must be a redirect out."""
    if isinstance(result, Shown):
        text = result.html.root.text[:600]
        raise UnexpectedAnswer(f"a page ({result.status} {result.url}) where a redirect should be: {text}")
    return result


def same_origin(url: str) -> dict[str, str]:
    """What a browser says of a form that is sent from a page of the same site."""
    parts = urlsplit(url)
    return {"Origin": f"{parts.scheme}://{parts.netloc}", "Referer": url, "Sec-Fetch-Site": "same-origin"}


def single(parameters: dict[str, list[str]]) -> dict[str, str]:
    """Parameters of which none may be there twice."""
    expect(all(len(values) == 1 for values in parameters.values()), f"repeated parameters: {parameters}")
    return {name: values[0] for name, values in parameters.items()}
