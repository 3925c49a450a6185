// Small conveniences on every page: the menu on narrow screens, and a question before what cannot be undone.
const opener = document.querySelector(".opener");
opener?.addEventListener("click", () => {
  const open = document.querySelector(".side").classList.toggle("open");
  opener.setAttribute("aria-expanded", String(open));
});

const dialog = document.getElementById("question");
let asking = null;
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (!question || asking === event.target) return;
  event.preventDefault();
  asking = event.target;
  dialog.querySelector("h2").textContent = question;
  dialog.querySelector("p").textContent = event.target.dataset.explain || "";
  dialog.querySelector(".yes").textContent = event.submitter?.textContent.trim() || "OK";
  dialog.showModal();
});
dialog?.addEventListener("close", () => {
  const form = asking;
  if (dialog.returnValue === "yes") form.requestSubmit();
  asking = null;
});

// A form that is on its way is not sent again by a second press; coming back to the page makes it new.
let sent = new WeakSet();
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
addEventListener("pageshow", () => (sent = new WeakSet()));

document.querySelectorAll("[data-submits]").forEach((field) => field.addEventListener("change", () => field.form.requestSubmit()));
document.querySelectorAll("[data-copy]").forEach((button) => {
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim()));
});
