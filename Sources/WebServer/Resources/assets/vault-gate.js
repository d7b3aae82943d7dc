// The part of a page where a vault is made or opened. It tells in place what went wrong, and keeps what was typed.
import { Fault } from "./jose.js";
import { parseCode } from "./recovery-code.js";
import { Vault, VaultService } from "./vault.js";
import { arePasskeysPossible, newCode, newPasskey, newPassword, newRecovery } from "./vault-ways.js";

/** Sentences of the page, by the codes of faults. */
export class Texts {
  #texts;

  constructor(element) { this.#texts = JSON.parse(element.textContent); }

  text(code, detail = "") { return (this.#texts[code] ?? this.#texts.failed).replace("{detail}", detail); }

  has(code) { return Object.hasOwn(this.#texts, code); }

  fault(error) {
    if (!(error instanceof Fault)) {
      console.error(error);
      return this.text("failed");
    }
    if (error.code === "too_many_attempts") return this.text(error.code, String(Math.ceil(Number(error.detail) / 60)));
    return this.text(this.has(error.code) ? error.code : "failed", error.detail);
  }
}

/** Shows a sentence where screen readers hear it. */
export function say(place, text, kind = "alert") {
  place.setAttribute("role", kind === "alert" ? "alert" : "status");
  place.classList.toggle("alert", kind === "alert");
  place.classList.toggle("notice", kind !== "alert");
  place.classList.remove("late");
  place.hidden = !text;
  place.textContent = text;
}

/** Runs what a form or button asks for, once at a time, and says in `place` what went wrong. */
export async function attempt(element, place, texts, action) {
  const button = element.matches("button") ? element : element.querySelector("button[type=submit]");
  if (button?.getAttribute("aria-disabled") === "true") return;
  // Not `disabled`: that would take the focus away from whoever uses a keyboard.
  button?.setAttribute("aria-disabled", "true");
  say(place, "");
  const waiting = setTimeout(() => say(place, texts.text("working"), "status"), 300);
  try {
    await action();
    clearTimeout(waiting);
    if (place.textContent === texts.text("working")) say(place, "");
  } catch (error) {
    clearTimeout(waiting);
    say(place, texts.fault(error));
    error.field?.setAttribute("aria-invalid", "true");
    error.field?.focus();
  } finally {
    button?.removeAttribute("aria-disabled");
  }
}

/** Fields that are wrong say so until something else is typed. */
export function blame(field, error) {
  error.field = field;
  field.addEventListener("input", () => field.removeAttribute("aria-invalid"), { once: true });
  return error;
}

async function blaming(field, action) {
  try {
    return await action();
  } catch (error) {
    throw field && error instanceof Fault ? blame(field, error) : error;
  }
}

/** A recovery code on the page: shown once, and had by the person before it is of use. */
export class NewCode {
  #element;
  #code = null;
  #isDownloaded = false;

  constructor(element, name) {
    this.#element = element;
    element.querySelector("[data-download]").addEventListener("click", () => this.#download(name));
  }

  get field() { return this.#element.querySelector("input"); }
  get isShown() { return this.#code !== null; }

  show() {
    this.#code = newCode();
    this.#isDownloaded = false;
    this.#element.querySelector("[data-code]").textContent = this.#code;
    this.field.value = "";
    this.#element.hidden = false;
  }

  forget() {
    this.#code = null;
    this.#element.querySelector("[data-code]").textContent = "";
    this.field.value = "";
  }

  #download(name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${name}\r\n${location.host}\r\n\r\n${this.#code}\r\n`], { type: "text/plain" }));
    link.download = `${location.hostname}-recovery-code.txt`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    this.#isDownloaded = true;
  }

  /** The code, if the person has it. */
  confirmed() {
    const typed = this.field.value.trim();
    if (!typed && this.#isDownloaded) return this.#code;
    if (!typed) throw blame(this.field, new Fault("code_needed"));
    let isSame;
    try {
      isSame = String(parseCode(typed)) === String(parseCode(this.#code));
    } catch (error) {
      throw blame(this.field, error);
    }
    if (!isSame) throw blame(this.field, new Fault("code_differs"));
    return this.#code;
  }
}

/** Tells of itself by the events `change` (opened, closed, changed). */
export class VaultGate extends EventTarget {
  vault = null;

  constructor(element) {
    super();
    this.element = element;
    this.texts = new Texts(element.querySelector("[data-texts]"));
    this.message = element.querySelector("[data-vault-message]");
    const { token, address, csrf, issuer, now, user } = element.dataset;
    this.user = user;
    this.service = new VaultService({ token, address, csrf, issuer, now: Number(now) });
    this.#listen();
  }

  get isOpen() { return this.vault?.isOpen === true; }

  #part(name) { return this.element.querySelector(`[data-gate="${name}"]`); }

  #listen() {
    this.element.querySelector("[data-lock]").addEventListener("click", () => this.vault?.lock());
    const form = this.#part("create");
    this.code = new NewCode(form.querySelector("[data-new-code]"), this.user);
    const password = form.querySelector("[data-new-password]");
    for (const choice of form.querySelectorAll("[name=vault-first]")) {
      choice.addEventListener("change", () => { password.hidden = choice.value !== "password"; });
      if (choice.value === "passkey" && !arePasskeysPossible()) choice.disabled = true;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(form, this.message, this.texts, () => this.#create(form));
    });
  }

  /** Finds out what there is. */
  async start() {
    try {
      if (!crypto.subtle) throw new Fault("unsupported_browser");
      this.#take(await Vault.load(this.service));
      say(this.message, "");
    } catch (error) {
      say(this.message, this.texts.fault(error));
    }
    this.#show();
  }

  #take(vault) {
    this.vault = vault;
    vault?.addEventListener("change", () => this.#show());
  }

  #show() {
    const state = this.isOpen ? "open" : this.vault ? "unlock" : "create";
    const wasOpen = !this.#part("open").hidden;
    for (const part of this.element.querySelectorAll("[data-gate]")) part.hidden = part.dataset.gate !== state;
    if (state === "unlock") this.#listWays();
    if (state === "create" && !this.code.isShown) this.code.show();
    if (state === "open" && !wasOpen) this.#part("open").querySelector("[role=status]").focus();
    this.dispatchEvent(new Event("change"));
  }

  #listWays() {
    const list = this.element.querySelector("[data-way-list]");
    list.replaceChildren(...this.vault.ways.map((way) => {
      const form = this.element.querySelector(`template[data-way="${way.kind}"]`).content.cloneNode(true).firstElementChild;
      form.querySelector("[data-name]").textContent = way.name;
      form.dataset.opens = way.id;
      const field = form.querySelector("input");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        attempt(form, this.message, this.texts, () => blaming(field, () => this.vault.unlock(way.id, field?.value)));
      });
      return form;
    }));
  }

  async #create(form) {
    const kind = form.querySelector("[name=vault-first]:checked")?.value;
    if (!kind) throw new Fault("choose_way");
    const code = this.code.confirmed();
    const field = form.querySelector("[data-new-password] input");
    const name = this.texts.text(`name_${kind}`);
    const first = kind === "passkey" ? await newPasskey(name, this.user)
      : await blaming(field, () => newPassword(name, field.value));
    const recovery = await newRecovery(this.texts.text("name_recovery"), code);
    const vault = await Vault.create(this.service, [first, recovery]);
    field.value = "";
    this.code.forget();
    this.#take(vault);
    this.#show();
  }
}
