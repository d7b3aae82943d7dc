"""A page as a program reads it that runs no script: its forms, and its elements by `data-test`."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID_ELEMENTS = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
}
UNSENT_TYPES = {"button", "reset", "submit", "image", "file"}


@dataclass(eq=False)
class Element:
    """One element; `children` are elements and texts in their order."""

    name: str
    attributes: dict[str, str]
    parent: "Element | None"
    children: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in the element, with single spaces."""
        pieces = [child if isinstance(child, str) else child.text for child in self.children]
        return " ".join(" ".join(pieces).split())

    @property
    def data_test(self) -> str | None:
        """The name that the page gives the element for tests."""
        return self.attributes.get("data-test")

    def elements(self) -> list["Element"]:
        """The elements in this one, at any depth, in the order of the page."""
        inside: list[Element] = []
        for child in self.children:
            if isinstance(child, Element):
                inside += [child, *child.elements()]
        return inside

    def form(self) -> "Element | None":
        """The form around the element."""
        return self if self.name == "form" else self.parent and self.parent.form()


class HTMLPage:
    """The parsed page."""

    def __init__(self, text: str) -> None:
        self.root = Reader.read(text)

    def all(self, data_test: str) -> list[Element]:
        """Every element of that name."""
        return [element for element in self.root.elements() if element.data_test == data_test]

    def starting(self, prefix: str) -> dict[str, Element]:
        """Elements whose name starts with `prefix`, by the rest of their names."""
        named = [element for element in self.root.elements() if (element.data_test or "").startswith(prefix)]
        return {element.data_test.removeprefix(prefix): element for element in named}

    def has(self, data_test: str) -> bool:
        """Whether there is such an element."""
        return bool(self.all(data_test))

    def one(self, data_test: str) -> Element:
        """The only element of that name."""
        found = self.all(data_test)
        assert len(found) == 1, f"{len(found)} elements with data-test={data_test} in: {self.root.text[:1000]}"
        return found[0]

    def forms(self) -> list[Element]:
        """Every form."""
        return [element for element in self.root.elements() if element.name == "form"]

    def form_of(self, element: Element) -> Element:
        """The form that a button or field belongs to: around it, or named by its `form` attribute."""
        owner = element.attributes.get("form")
        found = element.form() if owner is None else self.by_id(owner)
        assert found is not None and found.name == "form", f"{element.attributes} belongs to no form"
        return found

    def by_id(self, identifier: str) -> Element | None:
        """The element with an `id`."""
        return next((each for each in self.root.elements() if each.attributes.get("id") == identifier), None)

    def values(self, form: Element) -> dict[str, str]:
        """What a browser would send if nobody typed anything: no buttons, no unticked boxes."""
        controls = [each for each in self.root.elements() if each.name in ("input", "select", "textarea")]
        mine = [each for each in controls if "name" in each.attributes and is_sent(each) and self.form_of(each) is form]
        return {each.attributes["name"]: value_of(each) for each in mine}

    def names(self, form: Element) -> set[str]:
        """The names of a form's fields, ticked or not."""
        controls = [each for each in self.root.elements() if each.name in ("input", "select", "textarea")]
        return {each.attributes["name"] for each in controls
                if "name" in each.attributes and self.form_of(each) is form}


def is_sent(control: Element) -> bool:
    """Whether a browser sends the control, as the page has it."""
    if "disabled" in control.attributes:
        return False
    kind = kind_of(control)
    return kind not in UNSENT_TYPES and (kind not in ("checkbox", "radio") or "checked" in control.attributes)


def kind_of(control: Element) -> str:
    """The type of an input."""
    return control.attributes.get("type", "text").lower() if control.name == "input" else control.name


def value_of(control: Element) -> str:
    """The value as the page has it."""
    if control.name == "textarea":
        return "".join(child for child in control.children if isinstance(child, str))
    if control.name == "select":
        options = [each for each in control.elements() if each.name == "option"]
        chosen = next((each for each in options if "selected" in each.attributes), options[0])
        return chosen.attributes.get("value", chosen.text)
    return control.attributes.get("value", "on" if kind_of(control) in ("checkbox", "radio") else "")


class Reader(HTMLParser):
    """Builds the tree."""

    @classmethod
    def read(cls, text: str) -> Element:
        """The root, which has no name."""
        reader = cls(convert_charrefs=True)
        reader.root = reader.at = Element("", {}, None)
        reader.feed(text)
        reader.close()
        return reader.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins; the first of repeated attributes counts."""
        attributes = {name: value or "" for name, value in reversed(attrs)}
        element = Element(tag, attributes, self.at)
        self.at.children.append(element)
        if tag not in VOID_ELEMENTS:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it those in it that were left open."""
        opened = self.at
        while opened.parent is not None and opened.name != tag:
            opened = opened.parent
        if opened.parent is not None:
            self.at = opened.parent

    def handle_data(self, data: str) -> None:
        """A text."""
        self.at.children.append(data)
