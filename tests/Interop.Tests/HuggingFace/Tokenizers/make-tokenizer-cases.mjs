// Makes tokenizer-cases.json: the results of the Rust tokenizers library for many small tokenizers and random texts.
// Run: npm install --no-save @anush008/tokenizers@0.6.0 && node make-tokenizer-cases.mjs > tokenizer-cases.json
import { added, idsOf, random, rustTokenizer } from './cases.mjs';

const Tokenizer = rustTokenizer(process.cwd());
const { below, pick } = random(20240607);
const regex = (pattern, behavior, invert) => ({ type: 'Split', pattern: { Regex: pattern }, behavior, invert });
const literal = (pattern, behavior, invert) => ({ type: 'Split', pattern: { String: pattern }, behavior, invert });

const words = ['paris', 'Paris', 'the', 'capital', 'of', 'search', 'café', 'cafe\u0301', '東京', '한국', '가', "don't", 'don', 'day', '23', 'x', 'aab'];
const characters = [...'abAB.,<>/|-_\'1 \n\t', 'é', '\u0301', '\u0323', '😀', '𝐀', '🄰', 'ⓐ', '\u200d', '\u3000', '\u0085', 'İ', 'i\u0307', 'Σ', 'ς', '\u1100', '\u1161', '\u11a8'];
const spaces = [' ', '  ', '\n', '\t', '\u00a0', '\u2003', '\u3000', '\u2028', ' \n '];
const pieces = ['  ', ' a', 'a ', 'aa', '..', "'t", ' paris', 'paris ', 'b,'];
const vocabulary = ['[UNK]', ...new Set([...words, ...characters, ...pieces])];

const addedTokens = [
  [],
  [added('<|end|>'), added('<search>'), added('</search>')],
  [added('<|end|>', { lstrip: true }), added('<search>', { rstrip: true }), added('</search>', { lstrip: true, rstrip: true })],
  [added('<|end|>', { single_word: true }), added('Day', { normalized: true, special: false }), added('CAFÉ', { normalized: true, special: false, lstrip: true })],
  [added('a', { single_word: true }), added('aa'), added('aab', { special: false }), added('ba', { rstrip: true }), added('  ', { special: false })],
  [added('[UNK]'), added('😀', { single_word: true }), added('𝐀', { lstrip: true }), added('\u0301', { special: false })],
];
const normalizers = [null, { type: 'NFC' }, { type: 'Lowercase' }, { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Lowercase' }] }];
const behaviors = ['Isolated', 'Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
const splits = (behavior, invert) => [
  literal(' ', behavior, invert),
  literal('😀', behavior, invert),
  regex('\\s+', behavior, invert),
  regex('\\w+|[^\\w\\s]', behavior, invert),
  regex('\\b', behavior, invert),
  regex("(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+", behavior, invert),
  regex('^.|.$|\\p{M}|\\p{So}|x*', behavior, invert),
];
const preTokenizers = [
  null,
  { type: 'WhitespaceSplit' },
  { type: 'Whitespace' },
  { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, { type: 'Punctuation', behavior: 'Isolated' }] },
  ...behaviors.map((behavior) => ({ type: 'Punctuation', behavior })),
  ...behaviors.flatMap((behavior) => [false, true].flatMap((invert) => splits(behavior, invert))),
];

function text(tokens) {
  const choices = [() => pick(words), () => pick(words), () => pick(spaces), () => pick(characters), () => pick(tokens.map((t) => t.content)) ?? '', () => 'zebra'];
  return Array.from({ length: 1 + below(9) }, () => pick(choices)() + pick(['', ' '])).join('');
}

const cases = [];
for (const [i, pre_tokenizer] of preTokenizers.entries()) {
  const tokens = addedTokens[i % addedTokens.length];
  const vocab = Object.fromEntries(vocabulary.map((token, id) => [token, id]));
  let next = vocabulary.length;
  const added_tokens = tokens.map((token) => ({ id: vocab[token.content] ?? next++, ...token }));
  const json = {
    version: '1.0', truncation: null, padding: null, added_tokens, normalizer: normalizers[(i >> 1) % normalizers.length], pre_tokenizer,
    post_processor: null, decoder: null, model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
  };
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));
  const rows = [];
  for (const sample of ['', ...Array.from({ length: 5 }, () => text(tokens))]) {
    const ids = await idsOf(tokenizer, sample);
    rows.push({ text: sample, ids, decoded: await tokenizer.decode(ids, false), skipped: await tokenizer.decode(ids, true) });
  }
  cases.push({ added_tokens, normalizer: json.normalizer, pre_tokenizer, rows });
}
const lines = cases.map((item) => JSON.stringify(item));
process.stdout.write(`{"vocabulary":${JSON.stringify(vocabulary)},\n"cases":[\n${lines.join(',\n')}\n]}\n`);
