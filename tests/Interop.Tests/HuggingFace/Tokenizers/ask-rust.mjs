// Asks the Rust tokenizers library. stdin: {"tokenizer": path, "texts": [...], "ids": [[...], ...]};
// stdout: the ids of each text (no tokens added) and the text of each list of ids. Argument: the folder with node_modules.
import { readFileSync } from 'node:fs';
import { idsOf, rustTokenizer } from './cases.mjs';

const question = JSON.parse(readFileSync(0, 'utf8'));
const tokenizer = rustTokenizer(process.argv[2]).fromFile(question.tokenizer);
const encoded = [];
for (const text of question.texts) {
  encoded.push(await idsOf(tokenizer, text));
}
const decoded = [];
for (const ids of question.ids) {
  decoded.push({ whole: await tokenizer.decode(ids, false), skipped: await tokenizer.decode(ids, true) });
}
process.stdout.write(JSON.stringify({ encoded, decoded }));
