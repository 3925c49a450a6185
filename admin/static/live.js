// Follows a running campaign: asks every two seconds and shows what came, unless a question is open or a field in use.
const live = document.getElementById("live");

async function follow() {
  if (document.hidden || document.querySelector("dialog[open]") || live.contains(document.activeElement)) return true;
  const answer = await fetch(live.dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer === null) return true;
  if (answer.status === 401) return location.reload();
  if (!answer.ok) return answer.status >= 500;
  const { html, live: more } = await answer.json();
  live.innerHTML = html;
  return more;
}

async function loop() {
  if (await follow()) setTimeout(loop, 2000);
}
if (live?.hasAttribute("data-on")) setTimeout(loop, 2000);
