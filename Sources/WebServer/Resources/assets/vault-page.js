// The page of a person's vault: what is in it can be seen and changed while it is open.
import { Fault } from "./jose.js";
import { openDeposit } from "./sharing-data.js";
import { showValues } from "./sharing-values.js";
import { NewCode, VaultGate, attempt, blame, say } from "./vault-gate.js";
import { newPasskey, newPassword, newRecovery } from "./vault-ways.js";

const page = document.querySelector(".vault-page");
const gate = new VaultGate(page.querySelector("[data-vault]"));
const { texts } = gate;
let version;

/** Lists are the server's: after a change they come from a fresh copy of this page. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of page.querySelectorAll("[data-part]")) {
    const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (next) part.replaceWith(document.importNode(next, true));
  }
  attach();
}

function show() {
  for (const element of page.querySelectorAll("[data-needs-open]")) element.hidden = !gate.isOpen;
  if (!gate.isOpen) {
    for (const values of page.querySelectorAll("[data-values]")) {
      values.replaceChildren();
      values.hidden = true;
    }
  }
}

async function changed() {
  const next = gate.vault?.description.version;
  if (next !== undefined && next !== version) {
    version = next;
    await refresh();
  }
  show();
}

const messageOf = (element) => element.closest(".item, [data-add-way]").querySelector("[data-item-message]");

function onSubmit(element, name, action) {
  for (const form of element.querySelectorAll(`form[data-action="${name}"]`)) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      attempt(form, messageOf(form), texts, () => action(form));
    });
  }
}

// Deposits.

async function reveal(item) {
  const deposit = await gate.vault.deposit(item.dataset.deposit);
  const { values } = await openDeposit(gate.vault, deposit, deposit);
  const list = item.querySelector("[data-values]");
  showValues(list, values, deposit.definition.claims, texts);
  list.hidden = false;
  list.focus();
}

async function erase(item) {
  await gate.vault.eraseDeposit(item.dataset.deposit);
  await refresh();
  show();
}

// Ways in.

function wayName(panel) {
  const field = panel.querySelector("[data-way-name]");
  const name = field.value.trim();
  if (!name) throw blame(field, new Fault("name_missing"));
  return name;
}

async function addRecovery(panel, form, code) {
  if (!code.isShown) {
    wayName(panel);
    code.show();
    say(messageOf(form), texts.text("code_shown"), "status");
    return;
  }
  const name = wayName(panel);
  await gate.vault.addWay(await newRecovery(name, code.confirmed()));
}

async function addPassword(panel, form) {
  const field = form.querySelector("input");
  const name = wayName(panel);
  let way;
  try {
    way = await newPassword(name, field.value);
  } catch (error) {
    throw error instanceof Fault ? blame(field, error) : error;
  }
  await gate.vault.addWay(way);
}

function attach() {
  for (const item of page.querySelectorAll("[data-deposit]")) {
    const button = item.querySelector("[data-show]");
    button.addEventListener("click", () => attempt(button, messageOf(item), texts, () => reveal(item)));
    onSubmit(item, "erase", () => erase(item));
  }
  for (const item of page.querySelectorAll("[data-way-id]")) {
    onSubmit(item, "remove", () => gate.vault.removeWay(item.dataset.wayId));
  }
  onSubmit(page, "rotate", () => gate.vault.rotate());
  const panel = page.querySelector("[data-add-way]");
  if (!panel) return;
  const code = new NewCode(panel.querySelector("[data-new-code]"), gate.user);
  onSubmit(panel, "add-passkey", async () => gate.vault.addWay(await newPasskey(wayName(panel), gate.user)));
  onSubmit(panel, "add-password", (form) => addPassword(panel, form));
  onSubmit(panel, "add-recovery", (form) => addRecovery(panel, form, code));
}

attach();
gate.addEventListener("change", changed);
await gate.start();
// Tests wait for it.
page.dataset.ready = "";
