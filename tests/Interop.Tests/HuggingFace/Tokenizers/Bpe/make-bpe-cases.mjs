// Makes bpe-cases.json: the results of the Rust tokenizers library for many small byte-pair tokenizers, random texts and random ids.
// Run: npm install --no-save @anush008/tokenizers@0.6.0 && node make-bpe-cases.mjs > bpe-cases.json
import { added, idsOf, random, rustTokenizer } from '../cases.mjs';

const Tokenizer = rustTokenizer(process.cwd());
const { below, pick } = random(20250807);

const prints = (b) => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
let standIn = 256;
const alphabet = Array.from({ length: 256 }, (_, b) => String.fromCharCode(prints(b) ? b : standIn++));
const inAlphabet = (text) => [...Buffer.from(text, 'utf8')].map((b) => alphabet[b]).join('');
const byteTokens = Array.from({ length: 256 }, (_, b) => `<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);

// Merges that build each word from the left, or from its end.
const words = ['the', ' the', 'there', ' then', 'aaaa', 'aab', 'café', '東京', ' 12', '123', '😀', '▁the', '▁a', 'he', 're', '  ', "'s"];
function merges(letters) {
  const made = [];
  const known = new Set();
  for (const [i, word] of words.entries()) {
    let parts = letters(word);
    while (parts.length > 1) {
      const at = i % 3 === 2 ? parts.length - 2 : 0;
      const [left, right] = [parts[at], parts[at + 1]];
      if (!known.has(left + ' ' + right)) {
        known.add(left + ' ' + right);
        made.push([left, right]);
      }
      parts = [...parts.slice(0, at), left + right, ...parts.slice(at + 2)];
    }
  }
  return made;
}
const numbered = (tokens) => Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
const settings = (flags) => ({
  type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false,
  ignore_merges: false, ...flags,
});
const asTexts = (pairs) => pairs.map((pair) => pair.join(' '));

const byteMerges = merges((word) => [...inAlphabet(word)]);
const ofBytes = (flags = {}, lists = false) => ({
  ...settings(flags),
  vocab: numbered([...alphabet, ...byteMerges.map((pair) => pair.join('')), inAlphabet(' whole')]),
  merges: lists ? byteMerges : asTexts(byteMerges),
});
const characters = [...'▁abcdefghrst012345 \n\'', 'é', '東', '京', '😀', '\u0301'];
const characterMerges = merges((word) => [...word]).filter((pair) => pair.every((half) => !half.includes(' ')));
const ofCharacters = (flags = {}, extra = []) => ({
  ...settings(flags),
  vocab: numbered(['<unk>', ...extra, ...characters, ...characterMerges.flatMap(([l, r]) => [l, r, l + r]), 'whole']),
  merges: asTexts(characterMerges),
});

const byteLevel = (add_prefix_space, use_regex, trim_offsets = true) => ({ type: 'ByteLevel', add_prefix_space, trim_offsets, use_regex });
const llama3 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const split = (behavior, invert) => ({ type: 'Split', pattern: { Regex: llama3 }, behavior, invert });
const sequence = (...pretokenizers) => ({ type: 'Sequence', pretokenizers });
const special = [added('<|begin|>'), added('<|end|>'), added('<tool>', { special: false }), added(' é', { normalized: true, special: false })];
const template = (id, before, behind) => ({
  type: 'TemplateProcessing',
  single: [...before.map((t) => ({ SpecialToken: { id: t, type_id: 0 } })), { Sequence: { id: 'A', type_id: 0 } }, ...behind.map((t) => ({ SpecialToken: { id: t, type_id: 0 } }))],
  pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
  special_tokens: Object.fromEntries([...new Set([...before, ...behind])].map((t) => [t, { id: t, ids: [id(t)], tokens: [t] }])),
});
const replace = (text, content) => ({ type: 'Replace', pattern: { String: text }, content });
const llama2 = { type: 'Sequence', decoders: [replace('▁', ' '), { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] };
const metaspace = (prepend_scheme) => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split: true });
const underlined = { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, replace(' ', '▁')] };

const configurations = [
  { model: ofBytes(), pre_tokenizer: byteLevel(false, true), decoder: byteLevel(true, true) },
  { model: ofBytes({}, true), pre_tokenizer: byteLevel(false, true), decoder: byteLevel(true, true) },
  { model: ofBytes(), pre_tokenizer: byteLevel(true, true), post_processor: byteLevel(true, true, false), decoder: byteLevel(true, true) },
  { model: ofBytes(), pre_tokenizer: byteLevel(false, false), normalizer: { type: 'NFC' }, decoder: byteLevel(true, true) },
  { model: ofBytes(), pre_tokenizer: byteLevel(true, false), normalizer: { type: 'NFD' }, decoder: byteLevel(false, false) },
  { model: ofBytes({ ignore_merges: true }), pre_tokenizer: sequence(split('Isolated', false), byteLevel(false, false)), normalizer: { type: 'NFKC' }, decoder: byteLevel(true, true), begin: true },
  { model: ofBytes({ continuing_subword_prefix: '', end_of_word_suffix: '' }), pre_tokenizer: sequence(split('Removed', true), byteLevel(true, false)), normalizer: { type: 'NFKD' }, decoder: byteLevel(true, true) },
  { model: ofBytes(), pre_tokenizer: sequence(split('MergedWithPrevious', false), byteLevel(false, false)), decoder: byteLevel(true, true), begin: true },
  { model: ofBytes(), pre_tokenizer: sequence(split('Contiguous', false), byteLevel(false, true)), decoder: byteLevel(true, true) },
  { model: ofBytes(), pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(false, true)), decoder: { type: 'Sequence', decoders: [byteLevel(true, true), { type: 'Strip', content: ' ', start: 2, stop: 0 }] } },
  { model: ofBytes(), pre_tokenizer: sequence({ type: 'Digits', individual_digits: false }, byteLevel(false, false)), decoder: { type: 'Sequence', decoders: [{ type: 'Fuse' }, byteLevel(true, true), replace('a', 'bb')] } },
  { model: ofBytes({ unk_token: '!' }), pre_tokenizer: byteLevel(false, false), normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }, { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' }] }, decoder: byteLevel(true, true), begin: true },
  { model: ofCharacters({ unk_token: '<unk>' }), pre_tokenizer: null, decoder: null },
  { model: ofCharacters({ unk_token: '<unk>', fuse_unk: true }), pre_tokenizer: null, decoder: { type: 'Fuse' } },
  { model: ofCharacters({ unk_token: '<unk>', ignore_merges: true }), pre_tokenizer: { type: 'WhitespaceSplit' }, decoder: null },
  { model: ofCharacters({ unk_token: '<unk>', byte_fallback: true }, byteTokens), normalizer: underlined, decoder: llama2, begin: true },
  { model: ofCharacters({ unk_token: '<unk>', byte_fallback: true, fuse_unk: true }, byteTokens.slice(0, 0xE0)), normalizer: underlined, decoder: llama2 },
  { model: ofCharacters({ unk_token: '<unk>', byte_fallback: true }, byteTokens), normalizer: underlined, decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, metaspace('always')] } },
  { model: ofCharacters({ unk_token: '<unk>' }), normalizer: underlined, decoder: metaspace('never') },
  { model: ofCharacters({ unk_token: '<unk>' }), normalizer: underlined, decoder: metaspace('first') },
  { model: ofCharacters({ unk_token: '<unk>' }), normalizer: underlined, decoder: { type: 'Strip', content: 'e', start: 0, stop: 1 } },
];

const pieces = ['the', ' the', 'There', ' whole', 'whole', 'aaaaaaa', 'aaba', 'café', 'cafe\u0301', '東京', ' 12', '12345', '½', '😀', "the's", "'S", '  ', ' ', '\n', '\r\n', '▁', '\u0301', '\ufb01', 'Å', '\u1100\u1161', 'z', 'Ω', '<|begin|>', '<|end|>', '<tool>', ' é', '\u00a0', '\u3000'];
const text = () => Array.from({ length: 1 + below(9) }, () => pick(pieces)).join('');

const cases = [];
for (const { model, normalizer = null, pre_tokenizer = null, decoder, begin = false, post_processor = null } of configurations) {
  const count = Object.keys(model.vocab).length;
  let next = count;
  const added_tokens = special.map((token) => ({ id: model.vocab[token.content] ?? next++, ...token }));
  const idOf = (content) => added_tokens.find((token) => token.content === content).id;
  const json = {
    version: '1.0', truncation: null, padding: null, added_tokens, normalizer, pre_tokenizer,
    post_processor: begin ? { type: 'Sequence', processors: [byteLevel(true, true, false), template(idOf, ['<|begin|>'], ['<|end|>', '<|end|>'])] } : post_processor,
    decoder, model,
  };
  const tokenizer = Tokenizer.fromString(JSON.stringify(json));
  const encoded = [];
  for (const sample of ['', ...Array.from({ length: 12 }, text)]) {
    const ids = await idsOf(tokenizer, sample);
    const surrounded = await idsOf(tokenizer, sample, true);
    encoded.push({ text: sample, ids, surrounded });
  }
  const decoded = [];
  for (let i = 0; i < 20; i++) {
    const ids = i < 6 ? encoded[i + 1].ids : Array.from({ length: below(8) }, () => below(pick([count, next + 2])));
    decoded.push({ ids, text: await tokenizer.decode(ids, false), skipped: await tokenizer.decode(ids, true) });
  }
  cases.push({ tokenizer: json, encoded, decoded });
}
process.stdout.write(`[\n${cases.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`);
