// What is shared: values checked against their definition, SD-JWTs of markets, and the approvals and releases that a
// person signs (docs/design/014-consented-data-sharing.md).
import {
  Fault, base64url, encryptJWE, fromBase64url, hashOf, parseJSON, randomBytes, thumbprint, utf8, verifyJWT,
} from "./jose.js";

const APPROVAL_SECONDS = 300;
const RELEASE_SECONDS = 600;
const DAY = 86400;

// Values and definitions.

const scalars = (text) => [...text].length;

/** What is wrong with a value, by a code; null if nothing is. */
function valueFault(value, claim) {
  switch (claim.type) {
    case "BOOLEAN": return typeof value === "boolean" ? null : "value_type";
    case "INTEGER":
      if (!Number.isSafeInteger(value)) return "value_type";
      break;
    case "FLOAT":
      if (typeof value !== "number" || !Number.isFinite(value)) return "value_type";
      break;
    case "TEXT":
      if (typeof value !== "string" || !value.isWellFormed()) return "value_type";
      if (scalars(value) > (claim.maximum_length ?? Infinity)) return "value_long";
      if (scalars(value) < (claim.minimum_length ?? 0)) return "value_short";
      return claim.values && !claim.values.includes(value) ? "value_choice" : null;
    case "OBJECT":
      if (value === null || typeof value !== "object" || Array.isArray(value)) return "value_type";
      return Object.values(valuesFaults(value, claim.claims))[0] ?? null;
    default: return "value_type";
  }
  if (value < (claim.minimum ?? -Infinity)) return "value_small";
  return value > (claim.maximum ?? Infinity) ? "value_large" : null;
}

/** The faults of several values, by name. */
export function valuesFaults(values, claims) {
  const faults = {};
  for (const name of Object.keys(values)) {
    const claim = claims.find((each) => each.name === name);
    const fault = claim ? valueFault(values[name], claim) : "value_unknown";
    if (fault) faults[name] = fault;
  }
  for (const { name, required } of claims) {
    if (required && !Object.hasOwn(values, name)) faults[name] = "value_missing";
  }
  return faults;
}

/** Names and types of values: what a market says in the clear about a deposit. */
export function shapeOf(values, claims) {
  return Object.fromEntries(claims.filter(({ name }) => Object.hasOwn(values, name)).map((claim) => [
    claim.name, claim.type === "OBJECT" ? shapeOf(values[claim.name], claim.claims) : claim.type,
  ]));
}

function sameShape(left, right) {
  const names = Object.keys(left);
  if (typeof right !== "object" || right === null || names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && (
    typeof left[name] === "string" ? left[name] === right[name] : sameShape(left[name], right[name])));
}

// Deposits.

/** The claims of an SD-JWT whose issuer's signature has been checked: only disclosures that the issuer has hashed. */
async function disclosed(payload, disclosures) {
  const digests = payload._sd;
  if (payload._sd_alg !== "sha-256" || !Array.isArray(digests) || new Set(digests).size !== digests.length) {
    throw new Fault("malformed");
  }
  const found = new Map();
  for (const text of disclosures) {
    const parts = parseJSON(fromBase64url(text));
    if (!Array.isArray(parts) || parts.length !== 3 || !parts.slice(0, 2).every((part) => typeof part === "string")) {
      throw new Fault("malformed");
    }
    const [, name, value] = parts;
    if (found.has(name) || name === "_sd" || name === "..." || !digests.includes(await hashOf(text))) {
      throw new Fault("malformed");
    }
    found.set(name, { text, value });
  }
  return found;
}

/** Opens a deposit and checks everything about it: who made it, for whom, and that it is what the definition says. */
export async function openDeposit(vault, deposit, { scope, version, market, definition }) {
  const keys = market.keys.keys;
  if (await hashOf(deposit.jwe) !== deposit.jwe_hash) throw new Fault("malformed");
  const sdJWT = new TextDecoder("utf-8", { fatal: true }).decode(await vault.open(deposit.jwe));
  const [issuerJWT, ...rest] = sdJWT.split("~");
  if (rest.pop() !== "") throw new Fault("malformed");
  const { payload } = await verifyJWT(issuerJWT, keys, ["scope-values+sd-jwt"]);
  if (payload.iss !== market.uri || payload.scope !== scope || payload.version !== version) throw new Fault("other");
  if (payload.exp !== undefined && !(payload.exp > vault.now)) throw new Fault("expired");
  const own = await signingKeys(vault);
  if (!own.includes(payload.cnf?.jkt)) throw new Fault("other_person");
  const claims = await disclosed(payload, rest);
  const values = Object.fromEntries([...claims].map(([name, { value }]) => [name, value]));
  if (definition.scope !== scope || definition.version !== version) throw new Fault("other");
  if (Object.keys(valuesFaults(values, definition.claims)).length > 0) throw new Fault("definition");
  const shape = (await verifyJWT(deposit.shape_signature, keys, ["scope-shape+jwt"])).payload;
  const isItsShape = shape.iss === market.uri && shape.scope === scope && shape.version === version
    && shape.jwe_hash === deposit.jwe_hash && sameShape(shapeOf(values, definition.claims), shape.shape);
  if (!isItsShape) throw new Fault("definition");
  return { values, issuerJWT, disclosures: new Map([...claims].map(([name, { text }]) => [name, text])), holder: payload.cnf.jkt };
}

/** The thumbprints of all signing keys that the person has had, as the chain of their statements shows. */
async function signingKeys(vault) {
  const found = [];
  let keys = null;
  for (const statement of vault.statements) {
    const claimed = parseJSON(fromBase64url(statement.split(".")[1]));
    const { payload } = await verifyJWT(statement, [keys ?? claimed.sig], ["person-key+jwt"]);
    keys = payload.sig;
    found.push(await thumbprint(keys));
  }
  if (keys?.kid !== vault.signingKey.kid) throw new Fault("malformed");
  return found;
}

// Requests.

/**
 * Checks the service provider's request against what the page shows: signed by one of its keys, and naming the key that
 * values are encrypted to. What the page says beside it is only shown.
 */
export async function checkRequest(page) {
  if (await hashOf(page.request) !== page.request_hash) throw new Fault("request");
  if (await thumbprint(page.encryption_key) !== page.encryption_jkt) throw new Fault("request");
  if (!page.request_signed) {
    await checkRegisteredKey(page);
    return;
  }
  const types = ["oauth-authz-req+jwt", "application/oauth-authz-req+jwt", "JWT", undefined];
  const { payload } = await verifyJWT(page.request, page.provider_keys.keys, types);
  if (payload.client_id !== page.client_id || (payload.iss ?? page.client_id) !== page.client_id) {
    throw new Fault("request");
  }
  const asked = String(payload.scope ?? "").split(" ");
  const details = typeof payload.authorization_details === "string"
    ? parseJSON(payload.authorization_details) : payload.authorization_details ?? [];
  if (!Array.isArray(details)) throw new Fault("request");
  for (const scope of page.scopes) {
    const entries = details.filter((entry) => entry?.type === "data_sharing" && entry.scope === scope.scope);
    if (entries.length > 1 || (entries.length === 0 && !asked.includes(scope.scope))) throw new Fault("request");
    await checkDetail(page, scope, entries[0] ?? {});
  }
}

/** What is shown of a scope is what the provider has signed: its key, its words, and no claim more. */
async function checkDetail(page, scope, entry) {
  if (entry.encryption_key === undefined) await checkRegisteredKey(page);
  else if (await thumbprint(entry.encryption_key) !== page.encryption_jkt) throw new Fault("request");
  if ((entry.purpose ?? null) !== (scope.purpose ?? null)) throw new Fault("request");
  // Without claims, everything that there is of the scope is asked for.
  if (entry.claims === undefined) return;
  const asked = new Map(entry.claims.map((claim) => [claim.name, claim.essential === true]));
  const isSame = asked.size === scope.claims.length
    && scope.claims.every(({ name, essential }) => asked.get(name) === essential);
  if (!isSame) throw new Fault("request");
}

/** A provider that names no key of its own in the request has the one that it registered. */
async function checkRegisteredKey(page) {
  for (const key of page.provider_keys.keys) {
    if (key.use === "enc" && await thumbprint(key) === page.encryption_jkt) return;
  }
  throw new Fault("request");
}

// Approvals and releases.

const inOrder = (definition, names) =>
  definition.claims.map(({ name }) => name).filter((name) => names.includes(name));

/** The claims of an approval: who may have exactly what, for what, until when. */
function approvalClaims(page, scope, vault, { names, digest, days }) {
  const iat = vault.now;
  const isPersons = scope.held_by === "person";
  return {
    iss: vault.signingKey.kid, sub: isPersons ? page.sub : scope.sub,
    aud: isPersons ? [page.issuer] : [page.issuer, scope.market.uri],
    client_id: page.client_id, scope: scope.scope, version: scope.version, claims: inOrder(scope.definition, names),
    ...(scope.purpose ? { purpose: scope.purpose } : {}),
    request_hash: page.request_hash, encryption_jkt: page.encryption_jkt, digest,
    until: days ? iat + days * DAY : iat + APPROVAL_SECONDS,
    nonce: page.nonce, jti: base64url(randomBytes(16)), iat, exp: iat + APPROVAL_SECONDS,
  };
}

const approve = (vault, claims) => vault.sign("consent-approval+jwt", claims);

/** Case 2: the market gives the values. */
export async function approveAtMarket(page, scope, vault, { names, days }) {
  if (!scope.digest) throw new Fault("missing");
  const { hash, index } = scope.digest;
  const claims = approvalClaims(page, scope, vault, { names, digest: { hash, index }, days });
  return { scope: scope.scope, approval: await approve(vault, claims) };
}

async function release(page, scope, vault, approval, values) {
  const { kty, crv, x, y } = vault.signingKey;
  const iat = vault.now;
  const claims = {
    iss: vault.signingKey.kid, aud: page.client_id, iat, exp: iat + RELEASE_SECONDS, jti: base64url(randomBytes(16)),
    scope: scope.scope, version: scope.version, request_hash: page.request_hash, approval_hash: await hashOf(approval),
    ...values,
  };
  const signed = await vault.sign("data-release+jwt", claims, { jwk: { kty, crv, x, y } });
  return encryptJWE(utf8(signed), page.encryption_key, "JWT");
}

/** Case 1: only what was chosen of a deposit that has been opened. */
export async function releaseDeposit(page, scope, vault, opened, { names, days }) {
  const digest = { jwe_hash: scope.deposit.jwe_hash };
  const claims = approvalClaims(page, scope, vault, { names, digest, days });
  const approval = await approve(vault, claims);
  const chosen = claims.claims.map((name) => opened.disclosures.get(name));
  if (chosen.includes(undefined)) throw new Fault("missing");
  const values = { sd_jwt: [opened.issuerJWT, ...chosen, ""].join("~") };
  // The market knew an earlier key: the statements lead from that one to the one that signs.
  if (opened.holder !== vault.signingKey.kid) values.statements = vault.statements;
  return { scope: scope.scope, approval, release: await release(page, scope, vault, approval, values) };
}

/** Case 1: what the person has typed, which nobody else has confirmed. */
export async function releaseTyped(page, scope, vault, values, { days }) {
  const partial = scope.definition.claims.map((claim) => ({ ...claim, required: false }));
  if (Object.keys(valuesFaults(values, partial)).length > 0) throw new Fault("definition");
  const names = Object.keys(values);
  const claims = approvalClaims(page, scope, vault, { names, digest: { self_asserted: true }, days });
  const approval = await approve(vault, claims);
  const ordered = Object.fromEntries(claims.claims.map((name) => [name, values[name]]));
  return { scope: scope.scope, approval, release: await release(page, scope, vault, approval, { values: ordered }) };
}
