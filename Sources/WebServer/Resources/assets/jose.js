// JOSE with WebCrypto alone: base64url and JSON read strictly, ES256 and EdDSA signatures, and
// ECDH-ES+A256KW/A256GCM encryption on P-256. Nothing here knows what it is used for.

/** Something that went wrong, by a code that the page has a sentence for. */
export class Fault extends Error {
  constructor(code, detail = "") {
    super(detail ? `${code}: ${detail}` : code);
    this.code = code;
    this.detail = detail;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export const utf8 = (text) => encoder.encode(text);
export const randomBytes = (count) => crypto.getRandomValues(new Uint8Array(count));
export const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
export const seconds = (milliseconds = Date.now()) => Math.floor(milliseconds / 1000);

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function base64url(bytes) {
  let characters = "";
  for (const byte of new Uint8Array(bytes)) characters += String.fromCharCode(byte);
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** One value has one encoding: no padding, no other characters, no bits left over. */
export function fromBase64url(text) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw new Fault("malformed");
  const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  if (base64url(bytes) !== text) throw new Fault("malformed");
  return bytes;
}

/** JSON in UTF-8 in which no object has a name twice: two readers could take it for two things. */
export function parseJSON(bytes) {
  let text, value;
  try {
    text = typeof bytes === "string" ? bytes : decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw new Fault("malformed");
  }
  const open = [];
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (name) {
      const read = JSON.parse(name);
      if (open.at(-1).has(read)) throw new Fault("malformed");
      open.at(-1).add(read);
    }
  }
  return value;
}

export function parseObject(bytes) {
  const value = parseJSON(bytes);
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Fault("malformed");
  return value;
}

const encodedJSON = (value) => base64url(utf8(JSON.stringify(value)));
export const hashOf = async (text) => base64url(await sha256(utf8(text)));

// Keys.

const MEMBERS = { EC: ["crv", "kty", "x", "y"], OKP: ["crv", "kty", "x"] };

function requiredMembers(jwk) {
  const names = MEMBERS[jwk?.kty];
  if (!names || names.some((name) => typeof jwk[name] !== "string")) throw new Fault("malformed", "key");
  return Object.fromEntries(names.map((name) => [name, jwk[name]]));
}

/** RFC 7638, with SHA-256. */
export const thumbprint = (jwk) => hashOf(JSON.stringify(requiredMembers(jwk)));

/** A public key as JWK, with its use and its thumbprint as `kid`. */
export async function publicJWK(key, use, alg) {
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", key);
  return { kty, crv, x, y, use, alg, kid: await thumbprint({ kty, crv, x, y }) };
}

const ECDSA = { name: "ECDSA", namedCurve: "P-256" };
const ECDH = { name: "ECDH", namedCurve: "P-256" };

const VERIFICATION = {
  ES256: { crv: "P-256", key: ECDSA, algorithm: { name: "ECDSA", hash: "SHA-256" } },
  EdDSA: { crv: "Ed25519", key: { name: "Ed25519" }, algorithm: { name: "Ed25519" } },
};

// Signatures.

/** A compact JWS over a JSON payload; WebCrypto's ECDSA signatures are r‖s already (RFC 7518 §3.4). */
export async function signJWT(header, payload, key) {
  const input = `${encodedJSON({ alg: "ES256", ...header })}.${encodedJSON(payload)}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8(input));
  return `${input}.${base64url(signature)}`;
}

// Trying more keys than these for one signature is work for nothing.
const MOST_TRIES = 8;

async function isSignature(signature, input, jwk, rules) {
  try {
    const key = await crypto.subtle.importKey("jwk", requiredMembers(jwk), rules.key, false, ["verify"]);
    return await crypto.subtle.verify(rules.algorithm, key, signature, input);
  } catch {
    return false;
  }
}

/** The header and payload of a compact JWS, checked with the key of `keys` that it names, or any where it names none. */
export async function verifyJWT(compact, keys, types) {
  const parts = typeof compact === "string" ? compact.split(".") : [];
  if (parts.length !== 3) throw new Fault("malformed");
  const header = parseObject(fromBase64url(parts[0]));
  if (!types.includes(header.typ) || header.crit !== undefined || header.b64 !== undefined) throw new Fault("signature");
  const rules = Object.hasOwn(VERIFICATION, header.alg) ? VERIFICATION[header.alg] : undefined;
  if (!rules) throw new Fault("signature");
  const candidates = keys.filter((each) => (header.kid === undefined || each.kid === header.kid)
    && each.crv === rules.crv && (each.use ?? "sig") === "sig").slice(0, MOST_TRIES);
  const input = utf8(`${parts[0]}.${parts[1]}`);
  const signature = fromBase64url(parts[2]);
  const isRight = await Promise.all(candidates.map((jwk) => isSignature(signature, input, jwk, rules)));
  if (!isRight.includes(true)) throw new Fault("signature");
  return { header, payload: parseObject(fromBase64url(parts[1])) };
}

// Encryption.

const number = (value) => new Uint8Array([value >>> 24, value >>> 16, value >>> 8, value]);
const prefixed = (bytes) => join(number(bytes.length), bytes);

/** RFC 7518 §4.6.2: one round of SHA-256 gives the 256 bits that A256KW needs. */
async function agreedKey(privateKey, publicKey, header, usage) {
  const secret = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256));
  const party = (name) => prefixed(header[name] === undefined ? new Uint8Array() : fromBase64url(header[name]));
  const derived = await sha256(
    join(number(1), secret, prefixed(utf8(header.alg)), party("apu"), party("apv"), number(256)));
  return crypto.subtle.importKey("raw", derived, "AES-KW", false, [usage]);
}

const importAgreement = (jwk) => crypto.subtle.importKey("jwk", requiredMembers(jwk), ECDH, false, []);

/** A compact JWE to a P-256 key. */
export async function encryptJWE(bytes, recipient, cty) {
  if (recipient.crv !== "P-256") throw new Fault("recipient");
  const ephemeral = await crypto.subtle.generateKey(ECDH, false, ["deriveBits"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", ephemeral.publicKey);
  const header = {
    alg: "ECDH-ES+A256KW", enc: "A256GCM", cty, ...(recipient.kid ? { kid: recipient.kid } : {}),
    epk: { kty, crv, x, y },
  };
  const publicKey = await importAgreement(recipient).catch(() => { throw new Fault("recipient"); });
  const wrapping = await agreedKey(ephemeral.privateKey, publicKey, header, "wrapKey");
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"]);
  const wrapped = await crypto.subtle.wrapKey("raw", key, wrapping, "AES-KW");
  const iv = randomBytes(12);
  const protectedHeader = encodedJSON(header);
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(protectedHeader) }, key, bytes));
  return [
    protectedHeader, base64url(wrapped), base64url(iv), base64url(sealed.slice(0, -16)), base64url(sealed.slice(-16)),
  ].join(".");
}

/** The header of a compact JWE; nothing of it is checked but that it is of the one kind that is opened here. */
export function jweHeader(compact) {
  const parts = typeof compact === "string" ? compact.split(".") : [];
  if (parts.length !== 5) throw new Fault("malformed");
  const header = parseObject(fromBase64url(parts[0]));
  const isOurs = header.alg === "ECDH-ES+A256KW" && header.enc === "A256GCM" && header.epk?.crv === "P-256";
  if (!isOurs || header.zip !== undefined || header.crit !== undefined) throw new Fault("unsupported");
  return { header, parts };
}

/** Opens a compact JWE with the private key for ECDH. */
export async function decryptJWE(compact, privateKey) {
  const { header, parts } = jweHeader(compact);
  const [wrapped, iv, text, tag] = parts.slice(1).map(fromBase64url);
  if (iv.length !== 12 || tag.length !== 16) throw new Fault("malformed");
  try {
    // A point that is not on the curve is refused by the import.
    const wrapping = await agreedKey(privateKey, await importAgreement(header.epk), header, "unwrapKey");
    const key = await crypto.subtle.unwrapKey("raw", wrapped, wrapping, "AES-KW", "AES-GCM", false, ["decrypt"]);
    const options = { name: "AES-GCM", iv, additionalData: utf8(parts[0]) };
    return new Uint8Array(await crypto.subtle.decrypt(options, key, join(text, tag)));
  } catch {
    throw new Fault("undecipherable");
  }
}
