// Hugging Face's tokenizers library (Rust) as a peer, driven as rounds.py says. It encodes a batch, which is its fastest way.
// Arguments: the folder with node_modules, tokenizer.json, a JSON file with a list of texts.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [folder, file, texts] = process.argv.slice(2);
const require = createRequire(folder + '/');
const { Tokenizer } = require('@anush008/tokenizers');
const tokenizer = Tokenizer.fromFile(file);
const documents = JSON.parse(readFileSync(texts, 'utf8'));

function checksum(encodings) {
  let sum = 0;
  for (const encoding of encodings) {
    for (const id of encoding.getIds()) {
      sum = (sum * 31 + id) % 1000000007;
    }
  }
  return sum;
}

const answer = (value) => process.stdout.write(JSON.stringify(value) + '\n');
answer({ tokenizers: require('@anush008/tokenizers/package.json').version });
for await (const line of createInterface({ input: process.stdin })) {
  const [wall, processor] = [process.hrtime.bigint(), process.cpuUsage()];
  let encodings;
  for (let i = 0; i < Number(line); i++) {
    encodings = await tokenizer.encodeBatch(documents, { addSpecialTokens: false });
  }
  const used = process.cpuUsage(processor);
  const seconds = Number(process.hrtime.bigint() - wall) / 1e9;
  answer({ wall: seconds, processor: (used.user + used.system) / 1e6, numbers: { checksum: checksum(encodings) } });
}
