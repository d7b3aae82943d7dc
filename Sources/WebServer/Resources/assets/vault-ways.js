// The ways into a vault. Each gives a key that wraps the vault key, and, but for passkeys, a verifier: what the server
// compares before it hands the wrapped key out. It learns nothing from it about the wrapping key.
import { Fault, base64url, fromBase64url, randomBytes, sha256, utf8 } from "./jose.js";
import { formatCode, parseCode } from "./recovery-code.js";

export const ITERATIONS = 600000;
export const SHORTEST_PASSWORD = 12;
const MOST_ITERATIONS = 10000000;

const importWrapping = (bytes) =>
  crypto.subtle.importKey("raw", bytes, { name: "AES-GCM" }, false, ["wrapKey", "unwrapKey"]);

/** 64 bytes: the first half wraps, the second is shown to the server. */
async function split(bits) {
  const bytes = new Uint8Array(bits);
  return { wrapping: await importWrapping(bytes.slice(0, 32)), verifier: bytes.slice(32) };
}

async function fromPassword(password, salt, iterations) {
  if (!(iterations >= ITERATIONS && iterations <= MOST_ITERATIONS)) throw new Fault("malformed");
  const key = await crypto.subtle.importKey("raw", utf8(password.normalize("NFC")), "PBKDF2", false, ["deriveBits"]);
  return split(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 512));
}

async function expand(secret, salt, info, length) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info: utf8(info) }, key, length);
}

const fromCode = async (bytes, salt) => split(await expand(bytes, salt, "vouchsafe vault recovery", 512));

async function fromPRF(output, salt) {
  if (output?.byteLength !== 32) throw new Fault("passkey_no_prf");
  return { wrapping: await importWrapping(await expand(output, salt, "vouchsafe vault passkey", 256)) };
}

// Passkeys.

function passkeyFault(error) {
  if (error instanceof Fault) return error;
  const isCancelled = error?.name === "NotAllowedError" || error?.name === "AbortError";
  return new Fault(isCancelled ? "passkey_cancelled" : "passkey_failed");
}

const prfOf = (credential) => credential.getClientExtensionResults().prf;

async function evaluate(credentialID, salt) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: randomBytes(32), userVerification: "required",
      allowCredentials: [{ type: "public-key", id: credentialID }], extensions: { prf: { eval: { first: salt } } },
    },
  });
  return prfOf(credential)?.results?.first;
}

async function makePasskey(user, salt) {
  const credential = await navigator.credentials.create({
    publicKey: {
      rp: { name: document.title }, challenge: randomBytes(32),
      // Not the handle of the login's passkeys, which a device would replace.
      user: { id: randomBytes(32), name: user, displayName: user },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }, { type: "public-key", alg: -257 }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "required" },
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  const prf = prfOf(credential);
  if (!prf?.enabled && !prf?.results) throw new Fault("passkey_no_prf");
  const id = new Uint8Array(credential.rawId);
  // Many devices evaluate only when a passkey is used.
  return { id, output: prf.results?.first ?? await evaluate(id, salt) };
}

export const arePasskeysPossible = () => Boolean(window.PublicKeyCredential && navigator.credentials);

// New ways: `description` is what the server keeps of one, without the wrapped key.

const describe = (kind, name, salt, more) => ({
  id: base64url(randomBytes(16)), kind, name, salt: base64url(salt), ...more,
});

export async function newPasskey(name, user) {
  const salt = randomBytes(32);
  try {
    const { id, output } = await makePasskey(user, salt);
    const { wrapping } = await fromPRF(output, salt);
    return { description: describe("passkey", name, salt, { credential_id: base64url(id) }), wrapping };
  } catch (error) {
    throw passkeyFault(error);
  }
}

export async function newPassword(name, password) {
  if ([...password].length < SHORTEST_PASSWORD) throw new Fault("password_short");
  const salt = randomBytes(32);
  const { wrapping, verifier } = await fromPassword(password, salt, ITERATIONS);
  const more = { iterations: ITERATIONS, verifier: base64url(await sha256(verifier)) };
  return { description: describe("password", name, salt, more), wrapping };
}

export const newCode = () => formatCode(randomBytes(20));

export async function newRecovery(name, code) {
  const salt = randomBytes(32);
  const { wrapping, verifier } = await fromCode(parseCode(code), salt);
  return { description: describe("recovery", name, salt, { verifier: base64url(await sha256(verifier)) }), wrapping };
}

/** What an existing way gives, with what the person has typed. */
export async function useWay(way, typed) {
  const salt = fromBase64url(way.salt);
  switch (way.kind) {
    case "password": return fromPassword(typed, salt, way.iterations);
    case "recovery": return fromCode(parseCode(typed), salt);
    case "passkey":
      try {
        return await fromPRF(await evaluate(fromBase64url(way.credential_id), salt), salt);
      } catch (error) {
        throw passkeyFault(error);
      }
    default: throw new Fault("unsupported");
  }
}
