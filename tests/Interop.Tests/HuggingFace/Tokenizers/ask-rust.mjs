// What the Rust tokenizers library answers. stdin: {"tokenizer": path, "texts": [...], "ids": [[...], ...]};
// stdout: the ids of each text (no tokens added) and the text of each list of ids. Argument: the folder with node_modules.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const { Tokenizer } = createRequire(process.argv[2] + '/')('@anush008/tokenizers');

const question = JSON.parse(readFileSync(0, 'utf8'));
const tokenizer = Tokenizer.fromFile(question.tokenizer);
const encoded = [];
for (const text of question.texts) {
  encoded.push((await tokenizer.encode(text, null, { addSpecialTokens: false })).getIds());
}
const decoded = [];
for (const ids of question.ids) {
  decoded.push({ whole: await tokenizer.decode(ids, false), skipped: await tokenizer.decode(ids, true) });
}
process.stdout.write(JSON.stringify({ encoded, decoded }));
