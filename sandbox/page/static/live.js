// Keeps open pages fresh: what changed is fetched again as a fragment and patched in, row by row.
"use strict";

const fresh = new WeakMap();

// One fetch at a time for each piece; what changes meanwhile asks for one more.
async function refresh(element, rest = 0) {
  if (!element) return;
  const known = fresh.get(element) ?? { busy: false, again: false };
  fresh.set(element, known);
  if (known.busy) {
    known.again = true;
    return;
  }
  known.busy = true;
  try {
    const began = performance.now();
    const answer = await fetch(fragmentOf(element));
    const words = await answer.text();
    if (answer.ok && element.isConnected) patch(element, words);
    // What takes long to count is counted less often: the mail server has other things to do.
    const pause = rest && Math.max(rest, 5 * (performance.now() - began));
    if (pause) await new Promise((resume) => setTimeout(resume, pause));
  } catch {
    known.again = false; // The sandbox is gone; when it is back, everything is fetched again.
  }
  known.busy = false;
  if (known.again) {
    known.again = false;
    refresh(element, rest);
  }
}

// A list follows the address of the page, a conversation its own.
function fragmentOf(element) {
  const path = element.dataset.fragment;
  return path.includes("?") ? path : path + location.search;
}

function patch(element, words) {
  const page = document.createElement("template");
  page.innerHTML = words;
  const stuck = nearEnd(element);
  const scrolled = [...element.querySelectorAll("[data-patch], [data-scroll]")].map((part) => part.scrollTop);
  const rows = element.querySelector("[data-patch]");
  const freshRows = page.content.querySelector("[data-patch]");
  if (rows && freshRows) {
    patchRows(rows, freshRows);
    freshRows.replaceWith(rows);
  }
  const typed = element.querySelector("[data-keep]");
  const freshTyped = page.content.querySelector("[data-keep]");
  const focused = typed && document.activeElement === typed;
  const caret = focused ? [typed.selectionStart, typed.selectionEnd] : null;
  if (typed && freshTyped) freshTyped.replaceWith(typed);
  element.replaceChildren(...page.content.childNodes);
  element.querySelectorAll("[data-patch], [data-scroll]").forEach((part, at) => (part.scrollTop = scrolled[at] ?? 0));
  if (focused) {
    typed.focus();
    typed.setSelectionRange(...caret);
  }
  if (stuck) toEnd(element, true);
}

function patchRows(rows, page) {
  const known = new Map([...rows.children].map((row) => [row.dataset.key, row]));
  const wanted = [...page.children].map((row) => {
    const old = known.get(row.dataset.key);
    if (old && old.dataset.version === row.dataset.version) {
      markCurrent(old);
      return old;
    }
    row.classList.add(old ? "changed" : "arrived");
    markCurrent(row);
    return row;
  });
  rows.replaceChildren(...wanted);
}

function markCurrent(row) {
  const link = row.querySelector("a.row");
  if (!link?.search.includes("letter=")) return; // Other lists are drawn with theirs marked.
  const current = new URLSearchParams(location.search).get("letter") === row.dataset.key;
  if (current) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

function nearEnd(element) {
  const bubbles = element.querySelector(".bubbles");
  return bubbles && bubbles.scrollHeight - bubbles.scrollTop - bubbles.clientHeight < 120;
}

function toEnd(element, smooth) {
  const bubbles = element.querySelector(".bubbles");
  if (bubbles) bubbles.scrollTo({ top: bubbles.scrollHeight, behavior: smooth ? "smooth" : "instant" });
}

function note(words, alert) {
  const shown = document.createElement("p");
  shown.textContent = words;
  shown.className = alert ? "note alert" : "note";
  document.getElementById("notes").append(shown);
  setTimeout(() => shown.remove(), alert ? 6000 : 3500);
}

function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  return fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
}

// Asks before what cannot be undone.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.ask && !form.dataset.sure) {
    event.preventDefault();
    const question = document.getElementById("question");
    question.querySelector("p").textContent = form.dataset.ask;
    question.querySelector("[value=yes]").textContent = form.dataset.yes;
    question.returnValue = "no";
    question.showModal();
    question.addEventListener("close", () => {
      if (question.returnValue !== "yes") return;
      form.dataset.sure = "yes";
      // Its place may have been drawn anew while the question was open.
      if (!form.isConnected) document.getElementById("notes").append(form);
      form.requestSubmit(event.submitter);
    }, { once: true });
  } else if (form.matches("[data-note]")) {
    event.preventDefault();
    note((await (await send(form, event.submitter)).text()).trim(), true);
  }
});

function count({ letters, messages, texts, switches }) {
  const numbers = new Intl.NumberFormat(document.documentElement.lang);
  for (const [name, value] of Object.entries({ letters, messages, texts, switches })) {
    const shown = document.querySelector(`[data-count=${name}]`);
    if (shown) shown.textContent = value ? numbers.format(value) : "";
  }
}

// A list that was paged stays where it is; mailboxes are counted when the page is opened.
function lookAgain(changed, told) {
  const paged = /[?&](before|after|by)=/.test(location.search);
  if (changed.includes("mail")) {
    if (!paged) refresh(document.getElementById("list"));
    refresh(document.getElementById("figures"), 1000);
  }
  if (changed.includes("chat") || changed.includes("phones")) {
    refresh(document.getElementById("conversation"));
    refresh(document.getElementById("people"), 500);
  }
  if (told?.counts.texts && document.querySelector("[data-awaits=phones]")) location.reload();
}

// A browser keeps six connections to a host: pages that nobody looks at give theirs back.
let events = null;
function listen() {
  events?.close();
  events = null;
  if (document.hidden) return;
  events = new EventSource("/events");
  events.onopen = () => lookAgain(["mail", "chat", "phones"]);
  events.onmessage = ({ data }) => {
    const told = JSON.parse(data);
    count(told.counts);
    lookAgain(told.changed, told);
  };
}
document.addEventListener("visibilitychange", listen);

toEnd(document, false);
listen();
