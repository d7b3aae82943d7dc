"use strict";

// Asks the device for a passkey: to log in, or to add one to the account. The pages say so where this is missing.
(() => {
  const message = document.querySelector("[data-passkey-message]");

  function say(text) {
    // The role first, so that screen readers notice the change.
    message.setAttribute("role", "alert");
    message.textContent = text;
    message.hidden = false;
  }

  function explain(error) {
    const isCancelled = error?.name === "NotAllowedError" || error?.name === "AbortError";
    say(isCancelled ? message.dataset.cancelled : message.dataset.failed);
  }

  function bytes(text) {
    const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(base64), (character) => character.codePointAt(0));
  }

  function text(buffer) {
    const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCodePoint(byte));
    return btoa(characters.join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  // WebAuthn Level 3 §5.1.8 and §5.1.9, for browsers that do not have these yet.
  const withBytes = (list) => (list ?? []).map((item) => ({ ...item, id: bytes(item.id) }));

  function requestOptions(json) {
    return { ...json, challenge: bytes(json.challenge), allowCredentials: withBytes(json.allowCredentials) };
  }

  function creationOptions(json) {
    return {
      ...json, challenge: bytes(json.challenge), user: { ...json.user, id: bytes(json.user.id) },
      excludeCredentials: withBytes(json.excludeCredentials),
    };
  }

  // WebAuthn Level 3 §5.1 (toJSON), with the members that the server reads.
  function answer(credential) {
    const { response } = credential;
    const json = {
      id: credential.id, rawId: text(credential.rawId), type: credential.type,
      clientExtensionResults: credential.getClientExtensionResults(),
      response: { clientDataJSON: text(response.clientDataJSON) },
    };
    if (credential.authenticatorAttachment) json.authenticatorAttachment = credential.authenticatorAttachment;
    for (const name of ["authenticatorData", "signature", "userHandle", "attestationObject"]) {
      if (response[name]) json.response[name] = text(response[name]);
    }
    if (response.getTransports) json.response.transports = response.getTransports();
    return json;
  }

  async function logIn(button) {
    const { form } = button;
    const publicKey = requestOptions(JSON.parse(button.dataset.passkeyGet));
    form.elements.passkey.value = JSON.stringify(answer(await navigator.credentials.get({ publicKey })));
    // Not the form's own member, which a field called "submit" would hide.
    HTMLFormElement.prototype.submit.call(form);
  }

  async function send(address, csrf, value) {
    const response = await fetch(address, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRF": csrf }, body: JSON.stringify(value),
    });
    if (!response.ok) throw new Error(String(response.status));
    return response;
  }

  async function add(form) {
    const { options, address, csrf } = form.dataset;
    const publicKey = creationOptions(await (await send(options, csrf, {})).json());
    const credential = answer(await navigator.credentials.create({ publicKey }));
    await send(address, csrf, { name: form.querySelector("input").value.trim(), credential });
    location.reload();
  }

  function offer(element, event, action) {
    element.hidden = false;
    element.addEventListener(event, async (happened) => {
      happened.preventDefault();
      const button = element.querySelector("button") ?? element;
      button.disabled = true;
      message.hidden = true;
      try {
        await action(element);
      } catch (error) {
        explain(error);
      }
      button.disabled = false;
    });
  }

  const button = document.querySelector("[data-passkey-get]");
  const form = document.querySelector("[data-passkey-create]");
  if (!window.PublicKeyCredential || !navigator.credentials) {
    say(message.dataset.unsupported);
    return;
  }
  message.hidden = true;
  if (button) offer(button, "click", logIn);
  if (form) offer(form, "submit", add);
})();
