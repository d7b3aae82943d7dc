// Recovery codes: 160 bits as eight groups of five characters. The fifth of a group is computed from the other four and
// from the group's place, so that a slip is noticed, and where it is, before anything is tried.
import { Fault } from "./jose.js";

// Crockford's: no I, L, O and U, which are taken for others.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = 8;

/** Times x in GF(32) with x⁵ = x² + 1. Any one wrong character and any two that are swapped change the sum. */
const timesX = (value) => ((value << 1) ^ (value & 16 ? 0x25 : 0)) & 31;
const checkOf = (values, place) => values.reduce((sum, value) => timesX(sum ^ value), place + 1);

export function formatCode(bytes) {
  const values = [];
  let bits = 0, held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) values.push((held >> (bits - 5)) & 31);
    held &= 31;
  }
  const groups = Array.from({ length: GROUPS }, (_, place) => {
    const group = values.slice(4 * place, 4 * place + 4);
    return [...group, checkOf(group, place)].map((value) => ALPHABET[value]).join("");
  });
  return groups.join("-");
}

/** The bytes of a code as people type it: any case, any spaces and hyphens, O for 0 and I or L for 1. */
export function parseCode(text) {
  const plain = text.normalize("NFKC").toUpperCase().replaceAll(/[\s\p{Pd}.]/gu, "").replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  const values = Array.from(plain, (character) => ALPHABET.indexOf(character));
  if (values.length !== 5 * GROUPS) throw new Fault("code_length", String(plain.length));
  const bytes = [];
  let bits = 0, held = 0;
  for (let place = 0; place < GROUPS; place += 1) {
    const group = values.slice(5 * place, 5 * place + 4);
    const isRight = !values.slice(5 * place, 5 * place + 5).includes(-1) && checkOf(group, place) === values[5 * place + 4];
    if (!isRight) throw new Fault("code_group", String(place + 1));
    for (const value of group) {
      held = ((held << 5) | value) & 0xFFF;
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes.push((held >> bits) & 255);
      }
    }
  }
  return Uint8Array.from(bytes);
}
