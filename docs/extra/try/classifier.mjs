// From a text to probabilities, by the rules of the course: the header by one pattern, tokens as
// keras.layers.TextVectorization makes them, the network as ONNX. Nothing leaves the page.
import * as ort from "./ort/ort.wasm.min.mjs";

ort.env.wasm.wasmPaths = new URL("./ort/", import.meta.url).href;
ort.env.wasm.numThreads = 1;

const PUNCTUATION = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g;
const WHITE_SPACE = /[ \t\n\r\v\f]+/;
const PADDING = 0;
const UNKNOWN = 1;

// Split a text into lowercase tokens without punctuation; only ASCII letters have two cases here.
export function tokenize(text) {
  const lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return lower.replace(PUNCTUATION, "").split(WHITE_SPACE).filter((token) => token !== "");
}

// Split a post into header and body, by the pattern of helpers.headers.
export function splitPost(text, headerPattern) {
  const body = text.replace(new RegExp(headerPattern), "");
  return { header: text.slice(0, text.length - body.length), body };
}

async function fetchJson(url) {
  return (await fetch(url)).json();
}

// Load one model: its network, its vocabulary and what is said about it.
export async function loadClassifier(folder) {
  const [about, words, network] = await Promise.all([
    fetchJson(`${folder}/about.json`),
    fetch(`${folder}/vocabulary.txt`).then((answer) => answer.text()),
    fetch(`${folder}/network.onnx`).then((answer) => answer.arrayBuffer()),
  ]);
  const indexOf = new Map(words.split("\n").map((word, index) => [word, index]));
  const session = await ort.InferenceSession.create(network);
  const length = about.sequence_length;

  // Turn tokens into integers: unknown ones become 1, the rest of the row stays 0.
  function toIntegers(tokens) {
    const row = new Int32Array(length);
    tokens.slice(0, length).forEach((token, place) => {
      row[place] = indexOf.get(token) ?? UNKNOWN;
    });
    return row;
  }

  // Ask the network for the probabilities of some rows.
  async function predictRows(rows) {
    const flat = new Int32Array(rows.length * length);
    rows.forEach((row, number) => flat.set(row, number * length));
    const ids = new ort.Tensor("int32", flat, [rows.length, length]);
    const output = await session.run({ [session.inputNames[0]]: ids });
    const values = output[session.outputNames[0]].data;
    const width = about.class_names.length;
    return rows.map((_, number) => Array.from(values.slice(number * width, (number + 1) * width)));
  }

  async function predict(text) {
    const tokens = tokenize(text).slice(0, length);
    const [probabilities] = await predictRows([toIntegers(tokens)]);
    return { tokens, probabilities, isKnown: tokens.map((token) => indexOf.has(token)) };
  }

  // How much the probability of a group falls when a word is replaced by padding, for each word.
  async function wordEffects(text, group, probability) {
    const tokens = tokenize(text).slice(0, length);
    const words = [...new Set(tokens)].filter((word) => indexOf.has(word));
    const effects = [];
    for (let start = 0; start < words.length; start += 25) {
      const some = words.slice(start, start + 25);
      const rows = some.map((word) => {
        const row = toIntegers(tokens);
        tokens.forEach((token, place) => { if (token === word) row[place] = PADDING; });
        return row;
      });
      const answers = await predictRows(rows);
      some.forEach((word, number) => effects.push([word, probability - answers[number][group]]));
    }
    return effects.sort((a, b) => b[1] - a[1]);
  }

  return { about, predict, wordEffects };
}
