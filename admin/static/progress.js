// Follows work that runs beside the page: shows how far it is, and what came of it.
document.querySelectorAll(".progressing").forEach((place) => {
  let asked = 0;
  async function ask() {
    const url = new URL(place.dataset.url, location.href);
    if (asked++ === 0 && place.hasAttribute("data-begin")) url.searchParams.set("begin", "1");
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer === null) return setTimeout(ask, 2000);
    if (answer.status === 401) return location.reload();
    if (answer.status >= 500) return setTimeout(ask, 2000);
    const told = await answer.json();
    if (told.leads) return location.assign(told.leads);
    if (told.html !== undefined) return (place.innerHTML = told.html);
    if (told.problem) {
      place.innerHTML = '<div class="notice problem" role="alert"></div>';
      return (place.firstChild.textContent = told.problem);
    }
    const bar = place.querySelector("progress");
    if (bar) bar.value = told.progress;
    const said = place.querySelector("[data-said]");
    if (said && told.said) said.textContent = told.said;
    return setTimeout(ask, asked < 5 ? 250 : 1000);
  }
  ask();
});
