// The consent page where data is asked for: shows what is in the vault, takes what is chosen and typed, and puts signed
// approvals and sealed releases into the form.
import { Fault, parseObject } from "./jose.js";
import {
  approveAtMarket, checkRequest, openDeposit, releaseDeposit, releaseTyped,
} from "./sharing-data.js";
import { ValueFields, valueElement } from "./sharing-values.js";
import { VaultGate, attempt, blame, say } from "./vault-gate.js";

const section = document.querySelector("[data-sharing]");
const message = document.querySelector("[data-sharing-message]");
const form = document.querySelector("[data-test=consent-form]");
const allow = form.querySelector("[name=action][value=allow]");
const gate = new VaultGate(document.querySelector("[data-vault]"));
const { texts } = gate;

/** One scope of the request, with its part of the page. */
class AskedScope {
  opened = null;
  #typed = new Map();
  #isTyped = false;

  constructor(request) {
    this.request = request;
    this.element = [...section.querySelectorAll("[data-scope]")].find(({ dataset }) => dataset.scope === request.scope);
    this.items = [...this.element.querySelectorAll("[data-claim]")];
    this.note = this.element.querySelector("[data-scope-note]");
    for (const box of this.element.querySelectorAll("[data-choose]")) {
      box.addEventListener("change", () => this.#showTyped());
    }
  }

  get isPersons() { return this.request.held_by === "person"; }
  get lacks() { return this.element.querySelector("[data-lacking]") !== null; }
  #definition(name) { return this.request.definition.claims.find((claim) => claim.name === name); }
  #isChosen(item) { return item.dataset.essential !== undefined || item.querySelector("[data-choose]")?.checked === true; }

  /** Opens what is in the vault; what cannot be used is said, and can be typed. */
  async open(vault) {
    if (!this.isPersons || this.opened || this.#isTyped) return;
    const { deposit } = this.request;
    if (!deposit) {
      this.#letType(texts.text("typed"), {});
      return;
    }
    try {
      this.opened = await openDeposit(vault, deposit, this.request);
    } catch (error) {
      this.#letType(texts.text("unreadable", texts.fault(error)), {});
      return;
    }
    const { values } = this.opened;
    if (this.items.some((item) => item.dataset.essential !== undefined && !Object.hasOwn(values, item.dataset.claim))) {
      this.opened = null;
      this.#letType(texts.text("all_typed"), values);
      return;
    }
    for (const item of this.items) this.#showValue(item, values);
  }

  #showValue(item, values) {
    const name = item.dataset.claim;
    const box = item.querySelector("[data-choose]");
    if (Object.hasOwn(values, name)) {
      item.querySelector("[data-value]").replaceChildren(valueElement(values[name], this.#definition(name), texts));
    } else if (box) {
      // One scope is the market's word or the person's, never both.
      box.checked = false;
      box.disabled = true;
    }
  }

  close() {
    for (const item of this.items) item.querySelector("[data-value]").replaceChildren();
    this.opened = null;
  }

  #letType(text, values) {
    this.#isTyped = true;
    say(this.note, text, "status");
    for (const item of this.items) {
      const name = item.dataset.claim;
      const definition = this.#definition(name);
      // What was put into the vault may be of an earlier definition, which does not have it.
      if (!definition) continue;
      const fields = new ValueFields(definition, texts, true);
      fields.value = values[name];
      this.#typed.set(name, fields);
      item.querySelector("[data-typed]").replaceChildren(fields.element);
    }
    this.#showTyped();
  }

  #showTyped() {
    if (!this.#isTyped) return;
    for (const item of this.items) item.querySelector("[data-typed]").hidden = !this.#isChosen(item);
  }

  /** The signed answer for this scope; null if nothing of it was chosen. */
  async answer(page, vault, days) {
    const chosen = this.items.filter((item) => this.#isChosen(item)).map((item) => item.dataset.claim);
    if (chosen.length === 0) return null;
    if (!this.isPersons) return approveAtMarket(page, this.request, vault, { names: chosen, days });
    if (!this.#isTyped) return releaseDeposit(page, this.request, vault, this.opened, { names: chosen, days });
    const missing = chosen.find((name) => !this.#typed.has(name));
    if (missing) throw new Fault("missing");
    const values = Object.fromEntries(chosen.map((name) => [name, this.#typed.get(name).read()]));
    return releaseTyped(page, this.request, vault, values, { days });
  }
}

const DAYS = { once: 0, "30d": 30, "365d": 365 };

function days() {
  const chosen = form.querySelector("[name=remember]:checked, input[type=hidden][name=remember]");
  return DAYS[chosen?.value] ?? 0;
}

async function answers(page, scopes) {
  if (!gate.isOpen) {
    const field = gate.element.querySelector("form:not([hidden]) input, form:not([hidden]) button");
    throw blame(field ?? allow, new Fault("open_first"));
  }
  await checkRequest(page);
  const made = [];
  for (const scope of scopes) {
    await scope.open(gate.vault);
    const answer = await scope.answer(page, gate.vault, days());
    if (answer) made.push(answer);
  }
  if (made.length === 0) throw new Fault("nothing_chosen");
  return made;
}

async function start() {
  const page = parseObject(document.getElementById("sharing-request").textContent);
  const scopes = page.scopes.map((request) => new AskedScope(request));
  let isAnswered = false;
  let isItsRequest = false;
  gate.addEventListener("change", async () => {
    for (const scope of scopes) {
      if (gate.isOpen) await scope.open(gate.vault);
      else scope.close();
    }
    if (isItsRequest) say(message, "");
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter !== allow || isAnswered) return;
    event.preventDefault();
    attempt(allow, message, texts, async () => {
      form.elements.sharing.value = JSON.stringify({ scopes: await answers(page, scopes) });
      isAnswered = true;
      // In a turn of its own: a form that is telling of its submission takes no other (HTML §4.10.22.3).
      setTimeout(() => form.requestSubmit(allow));
    });
  });
  // A page that is come back to can be answered again.
  addEventListener("pageshow", () => { isAnswered = false; });
  try {
    // Before anything is shown of the vault: a request that is not the provider's own cannot be allowed at all.
    await checkRequest(page);
    isItsRequest = true;
    allow.disabled = scopes.some(({ lacks }) => lacks);
  } catch (error) {
    say(message, texts.fault(error instanceof Fault && error.code !== "network" ? new Fault("request") : error));
  }
  await gate.start();
}

await start();
section.dataset.ready = "";
