// Values on the page: shown with their labels, and asked for by their types.
import { Fault } from "./jose.js";
import { valuesFaults } from "./sharing-data.js";
import { blame } from "./vault-gate.js";

const language = document.documentElement.lang;

function labelOf(claim) {
  const texts = claim.display ?? [];
  const found = texts.find(({ locale }) => locale === language)
    ?? texts.find(({ locale }) => locale?.split("-")[0] === language.split("-")[0]) ?? texts[0];
  return found?.name ?? claim.name;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** One value as text, or as a list of what is in it. */
export function valueElement(value, claim, texts) {
  if (claim.type === "OBJECT") {
    const list = element("dl", { class: "values" });
    showValues(list, value, claim.claims, texts);
    return list;
  }
  if (claim.type === "BOOLEAN") return element("bdi", {}, texts.text(value ? "yes" : "no"));
  return element("bdi", {}, String(value));
}

export function showValues(list, values, claims, texts) {
  list.replaceChildren(...claims.filter(({ name }) => Object.hasOwn(values, name)).map((claim) => element(
    "div", { "data-value-of": claim.name }, element("dt", {}, element("bdi", {}, labelOf(claim))),
    element("dd", {}, valueElement(values[claim.name], claim, texts)))));
}

// Typing.

let count = 0;

/** Fields for one claim. */
export class ValueFields {
  #claim;
  #texts;
  #fields = [];
  #input;
  element;

  constructor(claim, texts, isNeeded, path = claim.name) {
    this.#claim = claim;
    this.#texts = texts;
    this.path = path;
    this.isNeeded = isNeeded;
    const id = `typed-${count += 1}`;
    if (claim.type === "OBJECT") {
      this.#fields = claim.claims.map((each) =>
        new ValueFields(each, texts, isNeeded && each.required === true, `${path}.${each.name}`));
      this.element = element("fieldset", { class: "group" }, element("legend", {}, labelOf(claim)), ...this.#fields.map((each) => each.element));
      return;
    }
    this.#input = this.#makeInput();
    this.#input.id = id;
    this.#input.dataset.test = `typed-${path}`;
    if (isNeeded) this.#input.setAttribute("aria-required", "true");
    this.element = element("div", { class: "field" }, element("label", { for: id }, labelOf(claim)), this.#input);
  }

  #makeInput() {
    const choices = this.#claim.type === "BOOLEAN"
      ? [["true", this.#texts.text("yes")], ["false", this.#texts.text("no")]]
      : this.#claim.values?.map((value) => [value, value]);
    if (choices) {
      return element("select", {}, element("option", { value: "" }, this.#texts.text("choose")),
        ...choices.map(([value, text]) => element("option", { value }, text)));
    }
    const isNumber = this.#claim.type !== "TEXT";
    return element("input", {
      type: "text", autocomplete: "off", dir: isNumber ? "ltr" : "auto", maxlength: isNumber ? "40" : "4000",
      ...(isNumber ? { inputmode: this.#claim.type === "INTEGER" ? "numeric" : "decimal" } : {}),
    });
  }

  set value(value) {
    if (value === undefined) return;
    if (this.#claim.type === "OBJECT") {
      for (const each of this.#fields) each.value = value[each.path.split(".").at(-1)];
    } else this.#input.value = String(value);
  }

  #fault(code) { return blame(this.#input ?? this.element.querySelector("input, select"), new Fault(code)); }

  /** What was typed, checked; undefined if nothing was. */
  read() {
    const value = this.#claim.type === "OBJECT" ? this.#readObject() : this.#readText();
    if (value === undefined) {
      if (this.isNeeded) throw this.#fault("typed_missing");
      return undefined;
    }
    const [fault] = Object.values(valuesFaults({ [this.#claim.name]: value }, [this.#claim]));
    if (fault) throw this.#fault(fault);
    return value;
  }

  #readObject() {
    const values = {};
    for (const each of this.#fields) {
      const value = each.read();
      if (value !== undefined) values[each.path.split(".").at(-1)] = value;
    }
    return Object.keys(values).length > 0 ? values : undefined;
  }

  #readText() {
    const text = this.#input.value;
    if (text.trim() === "") return undefined;
    switch (this.#claim.type) {
      case "BOOLEAN": return text === "true";
      case "TEXT": return text;
      default: return this.#readNumber(text.normalize("NFKC").trim());
    }
  }

  /** Digits of any script, with the language's decimal separator or a point; nothing that separates thousands. */
  #readNumber(text) {
    const separator = new Intl.NumberFormat(language).formatToParts(1.5).find(({ type }) => type === "decimal").value;
    const plain = text.replaceAll(/\p{Nd}/gu, (digit) => {
      let zero = digit.codePointAt(0);
      while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1)) && digit.codePointAt(0) - zero < 9) zero -= 1;
      return String(digit.codePointAt(0) - zero);
    }).replace(separator, ".").replace("٫", ".").replace("−", "-");
    const form = this.#claim.type === "INTEGER" ? /^[+-]?\d+$/ : /^[+-]?\d+(\.\d+)?$/;
    if (!form.test(plain)) throw this.#fault("value_type");
    return Number(plain);
  }
}
