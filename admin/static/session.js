// Whoever comes back to a page, or has left it open for long, learns that they were logged out before they press.
const gone = document.getElementById("logged-out");

async function renew() {
  const answer = await fetch(gone.dataset.token, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer === null || answer.status >= 500) return;
  gone.hidden = answer.status !== 401;
  if (!answer.ok) return;
  const { token } = await answer.json();
  document.querySelectorAll("[name=csrf_token]").forEach((field) => (field.value = token));
}

addEventListener("focus", renew);
document.addEventListener("visibilitychange", () => document.hidden || renew());
setInterval(renew, 5 * 60 * 1000);
