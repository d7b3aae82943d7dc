"use strict";

const storedKey = "vouchsafe-management-key";
const byId = (id) => document.getElementById(id);

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function say(text) {
  byId("status").textContent = text;
}

function clearProblem() {
  byId("problem").hidden = true;
  byId("problem").replaceChildren();
}

/** Shows why something was refused, each reason with the place in the document that it is about. */
function showProblem(failure) {
  const box = byId("problem");
  box.replaceChildren(element("strong", { textContent: failure.message }));
  if (failure.errors && failure.errors.length > 0) {
    const list = element("ul", {});
    for (const { path, problem } of failure.errors) {
      const item = element("li", {});
      if (path) item.append(element("code", { textContent: path }), ": ");
      item.append(problem);
      list.append(item);
    }
    box.append(list);
  }
  box.hidden = false;
  box.focus();
}

class Refused extends Error {
  constructor(message, errors, status) {
    super(message);
    this.errors = errors;
    this.status = status;
  }
}

async function call(method, path, body) {
  const headers = { authorization: "Bearer " + sessionStorage.getItem(storedKey) };
  if (body !== undefined) headers["content-type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body, cache: "no-store", credentials: "omit" });
  } catch {
    throw new Refused("The server does not answer.", [], 0);
  }
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Refused(json.error_description || `The server answers ${answer.status}.`, json.errors, answer.status);
  }
  return json;
}

/** Runs what a button or form does, once at a time, and shows how it ended. */
async function act(control, done, work) {
  clearProblem();
  control.disabled = true;
  try {
    await work();
    if (done) say(done);
  } catch (failure) {
    if (!(failure instanceof Refused)) throw failure;
    say("");
    showProblem(failure);
    if (failure.status === 401) signOut();
  } finally {
    control.disabled = false;
  }
}

function button(label, describedBy, work) {
  const made = element("button", { type: "button", textContent: label });
  made.setAttribute("aria-describedby", describedBy);
  made.addEventListener("click", () => work(made));
  return made;
}

const shownName = (display, fallback) => (display && display[0] ? display[0].name : fallback);

function organizationCard(organization) {
  const titleId = "organization-" + organization.id;
  const path = "organizations/" + encodeURIComponent(organization.id);
  const change = (label, done, method, rest, body) =>
    button(label, titleId, (control) =>
      act(control, done, async () => {
        await call(method, path + rest, body);
        await showOrganizations();
        byId(titleId)?.focus();
      }));
  const card = element("li", {});
  const title = element("h3", { id: titleId, tabIndex: -1 });
  title.textContent = `${shownName(organization.display, organization.id)} (${organization.id})`;
  card.append(title);
  const state = element("p", { className: "soft" }, organization.roles.join(" and ") + ", ");
  state.append(element("span", { className: "state " + organization.state, textContent: organization.state }));
  card.append(state);
  for (const address of [organization.market_uri, ...(organization.redirect_uris || [])]) {
    if (address) card.append(element("p", { className: "soft", textContent: address }));
  }
  for (const key of organization.jwks.keys) {
    card.append(element("p", { className: "soft", textContent: `Key ${key.kid} (${key.use})` }));
  }
  if (organization.state !== "approved") card.append(change("Approve", "Approved.", "POST", "/approve"));
  if (organization.state !== "suspended") card.append(change("Suspend", "Suspended.", "POST", "/suspend"));
  card.append(partnersForm(organization, path, titleId));
  return card;
}

function partnersForm(organization, path, titleId) {
  const inputId = "partners-" + organization.id;
  const input = element("input", { id: inputId, type: "text", spellcheck: false, autocomplete: "off" });
  input.value = organization.partners === "any" ? "any" : organization.partners.join(" ");
  const submit = element("button", { type: "submit", textContent: "Save partners" });
  submit.setAttribute("aria-describedby", titleId);
  const label = element("label", { htmlFor: inputId, textContent: "Partners: any, or ids with spaces between" });
  const form = element("form", {}, label, input, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const names = input.value.split(/[\s,]+/).filter((name) => name !== "");
    const partners = names.length === 1 && names[0] === "any" ? "any" : names;
    act(submit, "Partners saved.", async () => {
      await call("PUT", path + "/partners", JSON.stringify(partners));
      await showOrganizations();
      byId(inputId)?.focus();
    });
  });
  return form;
}

async function showOrganizations() {
  const organizations = await call("GET", "organizations");
  byId("organizations").replaceChildren(...organizations.map(organizationCard));
  byId("no-organizations").hidden = organizations.length > 0;
}

function scopeCard(definition) {
  const titleId = "scope-" + definition.scope;
  const card = element("li", {});
  const title = element("h3", { id: titleId });
  title.textContent = `${shownName(definition.display, definition.scope)} (${definition.scope})`;
  const holder = definition.held_by === "market" ? "held by the market" : "held by the person";
  const versions = element("div", {});
  card.append(title, element("p", { className: "soft", textContent: `Version ${definition.version}, ${holder}` }));
  card.append(
    button("Show versions", titleId, (control) =>
      act(control, "", async () => {
        const all = await call("GET", "scopes/" + encodeURIComponent(definition.scope));
        versions.replaceChildren(
          ...all.map((version, index) => {
            const shown = element("details", { open: index === 0 });
            const { ledger, ...plain } = version;
            const place = ledger && ledger.index !== undefined ? `, ledger entry ${ledger.index}` : "";
            shown.append(element("summary", { textContent: `Version ${version.version}${place}` }));
            const text = element("pre", { textContent: JSON.stringify(plain, null, 2), tabIndex: 0 });
            shown.append(text);
            return shown;
          }));
      })));
  card.append(
    button("Write the next version", titleId, () => {
      const { version, ...draft } = definition;
      byId("definition").value = JSON.stringify(draft, null, 2);
      byId("register").open = true;
      byId("definition").focus();
    }));
  card.append(versions);
  return card;
}

async function showScopes() {
  const definitions = await call("GET", "scopes");
  byId("scopes").replaceChildren(...definitions.map(scopeCard));
  byId("no-scopes").hidden = definitions.length > 0;
}

function onSubmit(form, done, path, field, show) {
  byId(form).addEventListener("submit", (event) => {
    event.preventDefault();
    act(event.submitter, done, async () => {
      await call("POST", path, byId(field).value);
      byId(field).value = "";
      await show();
    });
  });
}

async function open() {
  await showOrganizations();
  await showScopes();
  byId("sign-in").hidden = true;
  byId("work").hidden = false;
  byId("sign-out").hidden = false;
}

function signOut() {
  sessionStorage.removeItem(storedKey);
  byId("work").hidden = true;
  byId("sign-out").hidden = true;
  byId("sign-in").hidden = false;
  byId("organizations").replaceChildren();
  byId("scopes").replaceChildren();
  byId("key").value = "";
}

byId("sign-in").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(storedKey, byId("key").value.trim());
  byId("key").value = "";
  act(event.submitter, "", async () => {
    await open();
    byId("organizations-title").scrollIntoView();
  });
});
byId("sign-out").addEventListener("click", () => {
  clearProblem();
  signOut();
  say("The key is forgotten.");
  byId("key").focus();
});
onSubmit("add-organization", "Added; it waits for approval.", "organizations", "organization-document", showOrganizations);
onSubmit("register-scope", "Registered.", "scopes", "definition", showScopes);

if (sessionStorage.getItem(storedKey)) {
  open().catch((failure) => {
    signOut();
    if (failure instanceof Refused) showProblem(failure);
  });
}
