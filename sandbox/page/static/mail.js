// A letter opens beside the list without the list being drawn anew; the list follows what is typed.
"use strict";

document.addEventListener("click", async (event) => {
  const link = event.target.closest(".mail #list a.row:not(.box), .mail .views a:not(.save), .mail .people p a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || link.search.includes("letter=") === false) return;
  event.preventDefault();
  history.pushState({}, "", link.href);
  await openLetter();
});
window.addEventListener("popstate", () => location.reload());

async function openLetter() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const reader = document.getElementById("reader");
  reader.replaceChildren(...page.getElementById("reader").childNodes);
  reader.scrollTop = 0;
  document.body.className = page.body.className;
  document.title = page.title;
  for (const row of document.querySelectorAll("#list li[data-key]")) markCurrent(row);
}

let typing = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-find]");
  if (!form) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    history.replaceState({}, "", `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
    refresh(form.closest("[data-fragment]"));
  }, 200);
});
