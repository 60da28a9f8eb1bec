// The page around the classifier: reads the text, shows groups, words and what was read as header.
import { loadClassifier, splitPost } from "./classifier.mjs";

const N_GROUPS = 5;
const N_WORDS = 8;
const MIN_EFFECT = 0.005;
const textArea = document.getElementById("text");
const readHeader = document.getElementById("header");
const answer = document.getElementById("answer");
const models = {};
let rules;
let asked = 0;

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function count(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

// Bars are list items: the number is read aloud, the length is for the eye.
function bars(rows, highest) {
  const items = rows.map(([name, value, shown]) => element("li", {},
    element("span", { className: "name" }, name),
    element("span", { className: "bar", ariaHidden: "true", style: `width: ${(100 * Math.max(value, 0)) / highest}%` }),
    element("span", { className: "value" }, shown)));
  return element("ol", { className: "bars" }, ...items);
}

async function loadModel(name) {
  models[name] ??= loadClassifier(`models/${name}`);
  return models[name];
}

async function ask() {
  const number = ++asked;
  answer.setAttribute("aria-busy", "true");
  const { header, body } = splitPost(textArea.value, rules.headerPattern);
  const model = await loadModel(readHeader.checked ? "full" : "body");
  const read = readHeader.checked ? textArea.value : body;
  const { tokens, probabilities, isKnown } = await model.predict(read);
  if (number !== asked) return;
  const names = model.about.class_names;
  const order = probabilities.map((_, group) => group).sort((a, b) => probabilities[b] - probabilities[a]);
  const parts = [];
  const best = order[0];
  if (!/[\p{L}\p{N}]/u.test(read)) { // as helpers.predict does
    parts.push(element("p", { className: "warning" }, "There is no word to read, so no group is named."));
  } else {
    if (!isKnown.includes(true)) {
      parts.push(element("p", { className: "warning" }, "The model knows none of these words; it answers all the same."));
    }
    parts.push(element("h2", {}, names[best]));
    parts.push(bars(order.slice(0, N_GROUPS).map((group) => [names[group], probabilities[group], percent(probabilities[group])]), 1));
  }
  const nHeader = header.trim() === "" ? 0 : header.trim().split("\n").length;
  const what = nHeader === 0 ? "No header was found."
    : `${count(nHeader, "header line")} ${nHeader === 1 ? "was" : "were"} ${readHeader.checked ? "read with the post" : "found and left out"}.`;
  parts.push(element("p", { className: "note" }, `${what} Tokens read: ${tokens.length}. ` +
    `This model was right for ${percent(model.about.test_accuracy)} of ${model.about.test_posts} test posts of the sample.`));
  if (nHeader > 0) {
    parts.push(element("details", {}, element("summary", {}, "What was taken for the header"), element("pre", { tabIndex: 0 }, header)));
  }
  const words = element("div", {});
  parts.push(words);
  answer.replaceChildren(...parts);
  answer.setAttribute("aria-busy", "false");
  const effects = (await model.wordEffects(read, best, probabilities[best])).filter((pair) => pair[1] >= MIN_EFFECT);
  if (number !== asked || effects.length === 0) return;
  const shown = effects.slice(0, N_WORDS).map(([word, effect]) => [word, effect, `−${percent(effect)}`]);
  words.append(element("h3", {}, "Words that carried the answer"),
    element("p", { className: "note" }, `By how much the probability of ${names[best]} falls when the word is replaced by padding.`),
    bars(shown, Math.max(...shown.map((row) => row[1]))));
}

async function start() {
  try {
    const [loaded, examples] = await Promise.all([
      fetch("rules.json").then((file) => file.json()),
      fetch("examples.json").then((file) => file.json()),
    ]);
    rules = loaded;
    document.getElementById("examples").append(...examples.map(({ name, text }) => element("button", {
      type: "button", className: "example", onclick: () => { textArea.value = text; ask(); },
    }, name)));
    if (textArea.value === "") textArea.value = examples[0].text;
    document.getElementById("ask").addEventListener("click", ask);
    readHeader.addEventListener("change", ask);
    await ask();
  } catch (error) {
    answer.replaceChildren(element("p", { className: "warning" }, `The model could not be loaded: ${error.message}`));
    answer.setAttribute("aria-busy", "false");
  }
}

// Inside the landing page, which has the heading, the box takes its light or dark colors and is as high as what it shows.
if (window.frameElement) {
  document.documentElement.classList.add("embedded");
  const outside = window.frameElement.ownerDocument.documentElement;
  const followColors = () => { document.documentElement.style.colorScheme = outside.dataset.theme ?? ""; };
  new MutationObserver(followColors).observe(outside, { attributeFilter: ["data-theme"] });
  followColors();
  new ResizeObserver(() => {
    window.frameElement.style.height = `${document.body.scrollHeight + 4}px`;
  }).observe(document.body);
}

start();
