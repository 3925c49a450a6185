// The editor of letters: numbered lines, tabs, variables, and a preview that follows what is typed.
const editor = document.getElementById("editor");
const source = document.getElementById("source");
const lines = document.getElementById("lines");
const contact = document.getElementById("contact");
let wrongLine = Number(editor.dataset.line) || 0;
let last = source;
let look = "";
let shown = 0;
let another = false;

function number() {
  const count = source.value.split("\n").length;
  lines.replaceChildren(...Array.from({ length: count }, (_, at) => {
    const line = document.createElement(at + 1 === wrongLine ? "b" : "span");
    line.textContent = `${at + 1}\n`;
    return line;
  }));
  lines.scrollTop = source.scrollTop;
}
source.addEventListener("scroll", () => (lines.scrollTop = source.scrollTop));

const tabs = [...document.querySelectorAll("[role=tab]")];
tabs.forEach((tab, place) => {
  tab.addEventListener("click", () => tabs.forEach((other) => {
    other.setAttribute("aria-selected", String(other === tab));
    document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
  }));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) tabs[(place + step + tabs.length) % tabs.length].focus();
  });
});

editor.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea, #subject")) last = event.target;
});
document.getElementById("insert").addEventListener("change", (event) => {
  last.setRangeText(`{{ ${event.target.value} | fallback("") }}`, last.selectionStart, last.selectionEnd, "end");
  event.target.value = "";
  last.focus();
  last.dispatchEvent(new Event("input", { bubbles: true }));
});

const frameForm = document.createElement("form");
frameForm.method = "post";
frameForm.action = editor.dataset.preview;
frameForm.target = "preview";
frameForm.hidden = true;
document.body.append(frameForm);

function written() {
  const form = new FormData(editor);
  form.set("contact", contact.value);
  form.set("shown", shown);
  if (another) form.set("another", "yes");
  form.set("look", look);
  return form;
}

async function show() {
  const answer = await fetch(editor.dataset.check, { method: "POST", body: written(), headers: { Accept: "application/json" } }).catch(() => null);
  if (answer === null) return;
  if (answer.status === 401) return dispatchEvent(new Event("focus"));
  const told = await answer.json();
  const wrong = document.getElementById("wrong");
  wrong.hidden = !told.problem;
  wrong.textContent = told.problem || "";
  wrongLine = told.problem && told.where === "source" ? told.line || 0 : 0;
  number();
  if (told.problem) return;
  shown = told.contact.id;
  another = false;
  document.getElementById("shown-contact").textContent = told.contact.words;
  if (document.getElementById("faults")) showFaults(told.faults);
  const subject = document.getElementById("shown-subject");
  if (subject) subject.textContent = told.subject;
  document.getElementById("shown-text").textContent = told.text;
  const parts = document.getElementById("parts");
  parts.hidden = !told.parts;
  parts.textContent = told.parts || "";
  document.getElementById("device").hidden = !told.html;
  frameForm.replaceChildren(...[...written()].map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value })));
  frameForm.submit();
}

// What the check finds, and one press for what can be mended.
function showFaults(faults = []) {
  const list = document.getElementById("faults");
  document.getElementById("well").hidden = faults.length > 0;
  list.replaceChildren(...faults.map(({ words, place, href, link }) => {
    const row = document.createElement("li");
    row.textContent = words;
    if (place) row.append(" ", Object.assign(document.createElement("code"), { textContent: place }));
    if (href) row.append(" ", Object.assign(document.createElement("a"), { href, textContent: link }));
    return row;
  }));
  const mend = document.getElementById("mend");
  if (mend) mend.hidden = !faults.some(({ mendable }) => mendable);
}
document.getElementById("mend")?.addEventListener("click", async () => {
  const answer = await fetch(editor.dataset.mend, { method: "POST", body: written(), headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  source.value = (await answer.json()).source;
  document.dispatchEvent(new Event("mended"));
  later();
});

// A text part of one's own stays as it is written; emptied, it is made from the letter.
const plain = editor.querySelector("textarea[name=text]");
plain?.addEventListener("input", () => (document.getElementById("by-hand").hidden = plain.value.trim() === ""));
document.getElementById("by-itself")?.addEventListener("click", () => {
  plain.value = "";
  plain.dispatchEvent(new Event("input", { bubbles: true }));
});

let timer = 0;
function later() {
  clearTimeout(timer);
  number();
  timer = setTimeout(show, 600);
}
editor.addEventListener("input", later);
contact.addEventListener("input", later);
document.getElementById("another").addEventListener("click", () => {
  contact.value = "";
  another = true;
  show();
});
document.querySelectorAll("[data-device]").forEach((button) => button.addEventListener("click", () => {
  document.getElementById("device").className = `device ${button.dataset.device}`;
  document.querySelectorAll("[data-device]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
}));
// A desktop shows letters in a window of 680 pixels at least: where there are fewer, the preview is made smaller.
new ResizeObserver(([{ contentRect }]) => {
  document.getElementById("device").style.setProperty("--shrunk", Math.min(1, contentRect.width / 680));
}).observe(document.getElementById("device"));
document.querySelectorAll("[data-look]").forEach((button) => button.addEventListener("click", () => {
  look = button.dataset.look;
  document.querySelectorAll("[data-look]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
  show();
}));
number();
show();
