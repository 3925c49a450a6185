// Keeps open pages fresh: what changed is fetched again as a fragment and patched in, row by row.
"use strict";

const asJson = { headers: { Accept: "application/json" } };

async function refresh(element) {
  const answer = await fetch(fragmentOf(element));
  if (!answer.ok) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  patch(element, fresh.content);
}

// The list follows the address of the page, a conversation its own.
function fragmentOf(element) {
  const path = element.dataset.fragment;
  return path.includes("?") ? path : path + location.search;
}

function patch(element, fresh) {
  const stuck = nearEnd(element);
  const rows = element.querySelector("[data-patch]");
  const freshRows = fresh.querySelector("[data-patch]");
  if (rows && freshRows) {
    patchRows(rows, freshRows);
    freshRows.replaceWith(rows);
  }
  const typed = element.querySelector("[data-keep]");
  const freshTyped = fresh.querySelector("[data-keep]");
  const focused = typed && document.activeElement === typed;
  if (typed && freshTyped) freshTyped.replaceWith(typed);
  const top = rows ? rows.scrollTop : 0;
  element.replaceChildren(...fresh.childNodes);
  if (rows) rows.scrollTop = top;
  if (focused) typed.focus();
  if (stuck) toEnd(element, true);
}

function patchRows(rows, fresh) {
  const known = new Map([...rows.children].map((row) => [row.dataset.key, row]));
  const wanted = [...fresh.children].map((row) => {
    const old = known.get(row.dataset.key);
    if (!old) row.classList.add("arrived");
    else if (old.dataset.version === row.dataset.version) {
      const link = old.querySelector("a.row");
      if (link) link.toggleAttribute("aria-current", isCurrent(row.dataset.key));
      return old;
    } else row.classList.add("changed");
    return row;
  });
  rows.replaceChildren(...wanted);
}

function isCurrent(key) {
  return new URLSearchParams(location.search).get("letter") === key;
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

async function send(form, submitter) {
  const answer = await fetch(form.action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form, submitter)),
    ...asJson,
  });
  return answer;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("[data-say]")) {
    event.preventDefault();
    const typed = form.querySelector("textarea");
    if (typed && !typed.value.trim()) return;
    const sending = send(form, event.submitter);
    if (typed) typed.value = "";
    await sending;
    toEnd(document, true);
  } else if (form.matches("[data-press]")) {
    event.preventDefault();
    const button = event.submitter;
    button.classList.add("waiting");
    const answer = await send(form, button);
    if (answer.ok) await showAnswer((await answer.json()).press);
    button.classList.remove("waiting");
  } else if (form.matches("[data-note]")) {
    event.preventDefault();
    note((await (await send(form, event.submitter)).text()).trim(), true);
  }
});

// The button turns until the bot has answered, as in Telegram.
async function showAnswer(press) {
  for (let turn = 0; turn < 60; turn += 1) {
    const { answer } = await (await fetch(`/chat/presses/${press}`)).json();
    if (answer) {
      if (answer.text) note(answer.text, answer.alert);
      return;
    }
    await new Promise((resume) => setTimeout(resume, 150));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && event.target.matches(".composer textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// A letter opens beside the list without the list being drawn anew.
document.addEventListener("click", async (event) => {
  const link = event.target.closest(".mail a.row:not(.box), .mail .views a:not(.save)");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  await openLetter();
});
window.addEventListener("popstate", () => location.reload());

async function openLetter() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  document.getElementById("reader").replaceChildren(...page.getElementById("reader").childNodes);
  document.body.className = page.body.className;
  document.title = page.title;
  for (const row of document.querySelectorAll("#list li[data-key]")) {
    const link = row.querySelector("a.row");
    if (link) isCurrent(row.dataset.key) ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
  }
}

let typing = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest(".finder form");
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    history.replaceState({}, "", `/mail?${new URLSearchParams(new FormData(form))}`);
    refresh(document.getElementById("list"));
  }, 200);
});

function listen() {
  const events = new EventSource("/events");
  events.onmessage = ({ data }) => {
    const changed = JSON.parse(data);
    const list = document.getElementById("list");
    const paged = /[?&](before|after|by)=/.test(location.search);
    if (changed.includes("mail") && list && !paged) refresh(list);
    const conversation = document.getElementById("conversation");
    if (changed.includes("chat") && conversation) refresh(conversation);
    else if (changed.includes("chat") && document.body.matches(".chat") && !conversation) location.reload();
  };
}

toEnd(document, false);
listen();
