// Speaks for the chosen person without leaving the page.
"use strict";

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

document.addEventListener("click", (event) => {
  const command = event.target.closest("[data-command]");
  if (!command) return;
  const composer = document.querySelector(".composer");
  composer.querySelector("textarea").value = command.dataset.command;
  composer.requestSubmit();
});
