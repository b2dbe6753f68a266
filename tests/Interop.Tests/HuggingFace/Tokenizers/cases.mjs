// The tools of the programs that make cases for tokenizers with the Rust tokenizers library.
import { createRequire } from 'node:module';

// The library as npm put it below a folder.
export const rustTokenizer = (folder) => createRequire(folder + '/')('@anush008/tokenizers').Tokenizer;

// Numbers that look random and are the same every time: a whole number from 0 to n - 1, and one of some items.
export function random(seed) {
  let state = seed;
  const below = (n) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % n;
  };
  return { below, pick: (items) => items[below(items.length)] };
}

// An added token as tokenizer.json has it, with some flags other than usual.
export const added = (content, flags = {}) =>
  ({ content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true, ...flags });

// The ids of a text.
export const idsOf = async (tokenizer, text, addSpecialTokens = false) => (await tokenizer.encode(text, null, { addSpecialTokens })).getIds();
