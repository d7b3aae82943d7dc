// A person's vault: made, opened and changed in the browser. The server keeps it wrapped; keys are in memory alone,
// none of them extractable, until the page is left, or ten minutes after they were last used.
import {
  Fault, base64url, decryptJWE, fromBase64url, hashOf, join, jweHeader, publicJWK, randomBytes, seconds, signJWT, utf8,
} from "./jose.js";
import { useWay } from "./vault-ways.js";

const OPEN_MILLISECONDS = 600000;
const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDH = { name: "ECDH", namedCurve: "P-256" };

/** The server's part, with a short token that is bound to a key of this page (RFC 9449). */
export class VaultService {
  #options;
  #token;
  #key;
  #nonce;

  /** `token` and `address` are paths; `now` is the server's time in seconds when the page was made. */
  constructor({ token, address, csrf, issuer, now }) {
    this.#options = { token: new URL(token, location.href).href, address: new URL(address, location.href).href, csrf };
    this.issuer = issuer;
    // A device's clock may be wrong; what is signed here has to be right by the server's.
    this.skew = now ? now - seconds(performance.timeOrigin + performance.now()) : 0;
  }

  get now() { return seconds() + this.skew; }

  async call(method, path = "", body = undefined) {
    const address = this.#options.address + path;
    this.#token ??= await this.#newToken();
    try {
      return await this.#send(method, address, body, await this.#token);
    } catch (error) {
      // The token may have run out; whether the session has, the next one tells.
      if (error.code !== "invalid_token") throw error;
      this.#token = await this.#newToken();
      return this.#send(method, address, body, this.#token);
    }
  }

  async #newToken() {
    this.#key ??= await crypto.subtle.generateKey(ECDSA, false, ["sign"]);
    const { access_token: token } = await this.#send("POST", this.#options.token, {}, null);
    return token;
  }

  async #proof(method, address, token) {
    const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", this.#key.publicKey);
    const payload = { jti: base64url(randomBytes(16)), htm: method, htu: address, iat: this.now };
    if (token) payload.ath = await hashOf(token);
    if (this.#nonce) payload.nonce = this.#nonce;
    return signJWT({ typ: "dpop+jwt", jwk: { kty, crv, x, y } }, payload, this.#key.privateKey);
  }

  async #send(method, address, body, token, isAgain = false) {
    const headers = { DPoP: await this.#proof(method, address, token), Accept: "application/json" };
    if (token) headers.Authorization = `DPoP ${token}`;
    else headers["X-CSRF"] = this.#options.csrf;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await fetch(address, {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store",
        credentials: "same-origin", redirect: "error",
      });
    } catch {
      throw new Fault("network");
    }
    this.#nonce = response.headers.get("DPoP-Nonce") ?? this.#nonce;
    if (response.status === 204) return null;
    const answer = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    if (answer.error === "use_dpop_nonce" && !isAgain) return this.#send(method, address, body, token, true);
    throw new Fault(answer.error ?? "network", response.headers.get("Retry-After") ?? answer.error_description ?? "");
  }
}

// What is wrapped says what it is, so that nothing can be put in another's place.
const vaultKeyLabel = (way) => utf8(`vouchsafe vault key\n${way}`);
const privateKeyLabel = (kid) => utf8(`vouchsafe private key\n${kid}`);

async function wrap(format, key, wrapping, additionalData) {
  const iv = randomBytes(12);
  const wrapped = await crypto.subtle.wrapKey(format, key, wrapping, { name: "AES-GCM", iv, additionalData });
  return base64url(join(iv, new Uint8Array(wrapped)));
}

async function unwrap(format, text, wrapping, additionalData, algorithm, isExtractable, usages) {
  const bytes = fromBase64url(text);
  const options = { name: "AES-GCM", iv: bytes.slice(0, 12), additionalData };
  return crypto.subtle.unwrapKey(format, bytes.slice(12), wrapping, options, algorithm, isExtractable, usages)
    .catch(() => { throw new Fault("undecipherable"); });
}

const unwrapVaultKey = (text, wrapping, way, isExtractable) =>
  unwrap("raw", text, wrapping, vaultKeyLabel(way), "AES-GCM", isExtractable, ["wrapKey", "unwrapKey"]);

/** A new pair, as it is sent: public keys, the statement about them, and private keys wrapped by the vault key. */
async function newKeys(vaultKey, now, previous) {
  const enc = await crypto.subtle.generateKey(ECDH, true, ["deriveBits"]);
  const sig = await crypto.subtle.generateKey(ECDSA, true, ["sign"]);
  const keys = {
    enc: await publicJWK(enc.publicKey, "enc", "ECDH-ES+A256KW"), sig: await publicJWK(sig.publicKey, "sig", "ES256"),
  };
  const claims = { ...keys, iat: now, ...(previous ? { previous: previous.kid } : {}) };
  const kid = previous?.kid ?? keys.sig.kid;
  return {
    ...keys,
    statement: await signJWT({ typ: "person-key+jwt", kid }, claims, previous?.key ?? sig.privateKey),
    private_keys: {
      enc: await wrap("pkcs8", enc.privateKey, vaultKey, privateKeyLabel(keys.enc.kid)),
      sig: await wrap("pkcs8", sig.privateKey, vaultKey, privateKeyLabel(keys.sig.kid)),
    },
  };
}

async function wrappedWay({ description, wrapping }, vaultKey) {
  return { ...description, wrapped_key: await wrap("raw", vaultKey, wrapping, vaultKeyLabel(description.id)) };
}

export class Vault extends EventTarget {
  #service;
  #open = null;
  #timer;

  constructor(service, description) {
    super();
    this.#service = service;
    this.description = description;
    addEventListener("pagehide", () => this.lock());
  }

  /** Null if the person has none. */
  static async load(service) {
    try {
      return new Vault(service, await service.call("GET"));
    } catch (error) {
      if (error.code === "no_vault") return null;
      throw error;
    }
  }

  /** Makes a vault with at least two new ways, opened by the first. */
  static async create(service, ways) {
    const vaultKey = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["wrapKey", "unwrapKey"]);
    const keys = await newKeys(vaultKey, service.now, null);
    const wrapped = [];
    for (const way of ways) wrapped.push(await wrappedWay(way, vaultKey));
    const vault = new Vault(service, await service.call("POST", "", { ...keys, ways: wrapped }));
    const [first] = wrapped;
    await vault.#hold(first.id, ways[0].wrapping, first.wrapped_key, {
      [keys.enc.kid]: keys.private_keys.enc, [keys.sig.kid]: keys.private_keys.sig,
    });
    return vault;
  }

  get isOpen() { return this.#open !== null; }
  get ways() { return this.description.ways; }
  get now() { return this.#service.now; }
  get issuer() { return this.#service.issuer; }
  /** The newest signing key as JWK; its `kid` names the person in what they sign. */
  get signingKey() { return this.description.sig; }
  get statements() { return this.description.statements; }

  async unlock(id, typed) {
    const way = this.ways.find((each) => each.id === id);
    if (!way) throw new Fault("unknown_way");
    const { wrapping, verifier } = await useWay(way, typed);
    const message = verifier ? { way: id, verifier: base64url(verifier) } : { way: id };
    const answer = await this.#service.call("POST", "/unlock", message);
    await this.#hold(id, wrapping, answer.wrapped_key, answer.private_keys);
  }

  async #hold(way, wrapping, wrappedKey, privateKeys) {
    const vaultKey = await unwrapVaultKey(wrappedKey, wrapping, way, false);
    const encryption = new Map();
    let signing;
    for (const [kid, text] of Object.entries(privateKeys)) {
      const isSigning = kid === this.signingKey.kid;
      const [algorithm, usages] = isSigning ? [ECDSA, ["sign"]] : [ECDH, ["deriveBits"]];
      const key = await unwrap("pkcs8", text, vaultKey, privateKeyLabel(kid), algorithm, false, usages);
      if (isSigning) signing = key;
      else encryption.set(kid, key);
    }
    if (!signing || !encryption.has(this.description.enc.kid)) throw new Fault("undecipherable");
    this.#open = { way, wrapping, wrappedKey, vaultKey, signing, encryption };
    this.#touch();
    this.dispatchEvent(new Event("change"));
  }

  #touch() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.lock(), OPEN_MILLISECONDS);
  }

  lock() {
    clearTimeout(this.#timer);
    if (!this.#open) return;
    this.#open = null;
    this.dispatchEvent(new Event("change"));
  }

  #opened() {
    if (!this.#open) throw new Fault("locked");
    this.#touch();
    return this.#open;
  }

  /** A JWT by the person's signing key. */
  async sign(typ, payload, header = {}) {
    return signJWT({ typ, kid: this.signingKey.kid, ...header }, payload, this.#opened().signing);
  }

  /** Opens what was sealed to any of the person's encryption keys. */
  async open(jwe) {
    const { encryption } = this.#opened();
    const { header } = jweHeader(jwe);
    const key = encryption.get(header.kid);
    if (!key) throw new Fault("other_key");
    return decryptJWE(jwe, key);
  }

  // Changes are signed, so that whoever has only the session cannot make them.

  #change(action, more) {
    return this.sign("vault-change+jwt", {
      iss: this.signingKey.kid, aud: this.issuer, iat: this.now, version: this.description.version, action, ...more,
    });
  }

  async #apply(method, path, action, more) {
    const change = await this.#change(action, more);
    this.description = await this.#service.call(method, path, { change });
    this.dispatchEvent(new Event("change"));
  }

  async addWay(way) {
    const open = this.#opened();
    // Extractable for as long as it takes to wrap it.
    const vaultKey = await unwrapVaultKey(open.wrappedKey, open.wrapping, open.way, true);
    await this.#apply("POST", "/ways", "add_way", { way: await wrappedWay(way, vaultKey) });
  }

  removeWay(id) { return this.#apply("DELETE", `/ways/${id}`, "remove_way", { way: id }); }

  /** A new pair of keys, which the old signing key vouches for. What was sealed to earlier keys can still be opened. */
  async rotate() {
    const open = this.#opened();
    const previous = { kid: this.signingKey.kid, key: open.signing };
    const keys = await newKeys(open.vaultKey, this.now, previous);
    await this.#apply("POST", "/keys", "rotate", keys);
    const read = (kid, text, algorithm, usages) =>
      unwrap("pkcs8", text, open.vaultKey, privateKeyLabel(kid), algorithm, false, usages);
    const encryption = new Map(open.encryption);
    encryption.set(keys.enc.kid, await read(keys.enc.kid, keys.private_keys.enc, ECDH, ["deriveBits"]));
    const signing = await read(keys.sig.kid, keys.private_keys.sig, ECDSA, ["sign"]);
    this.#open = { ...open, signing, encryption };
    this.dispatchEvent(new Event("change"));
  }

  // Deposits.

  async deposits() { return (await this.#service.call("GET", "/deposits")).deposits; }
  deposit(id) { return this.#service.call("GET", `/deposits/${id}`); }
  eraseDeposit(id) { return this.#service.call("DELETE", `/deposits/${id}`); }
}
