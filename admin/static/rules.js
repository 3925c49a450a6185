// The rows of a segment's rules: what may be asked how, and a field that fits the value.
const form = document.getElementById("segment");
const rules = document.getElementById("rules");

if (rules) {
  const operators = JSON.parse(form.dataset.operators);
  const options = JSON.parse(form.dataset.options);
  const words = JSON.parse(form.dataset.words);

  const option = ([value, label], chosen) => new Option(label, value, false, value === chosen);

  function fill(rule) {
    const kind = rule.querySelector("[name=what]").selectedOptions[0].dataset.kind;
    const how = rule.querySelector("[name=how]");
    how.replaceChildren(...operators[kind].map((entry) => option(entry, rule.dataset.how)));
    showValue(rule, kind);
  }

  function showValue(rule, kind) {
    const how = rule.querySelector("[name=how]").value;
    const place = rule.querySelector(".value");
    const needless = how === "is_set" || how === "not_set";
    let field;
    if (options[kind] && !needless) {
      field = document.createElement("select");
      field.append(...options[kind].map((entry) => option(entry, rule.dataset.value)));
    } else {
      field = document.createElement("input");
      const days = kind === "days" || how === "within_last" || how === "birthday_in";
      const several = how === "one_of" || how === "between";
      field.type = needless ? "hidden" : days ? "number" : kind === "date" && !several ? "date" : "text";
      field.placeholder = kind === "days" ? words.ever : how === "between" ? words.two : how === "one_of" ? words.several : "";
      field.value = needless ? "" : rule.dataset.value || "";
    }
    field.name = "value";
    field.setAttribute("aria-label", rule.querySelector("[name=what]").selectedOptions[0].text);
    place.replaceChildren(field);
  }

  rules.addEventListener("change", (event) => {
    const rule = event.target.closest(".rule");
    if (event.target.name === "what") {
      rule.dataset.how = rule.dataset.value = "";
      fill(rule);
    } else if (event.target.name === "how") {
      rule.dataset.value = rule.querySelector("[name=value]").value;
      showValue(rule, rule.querySelector("[name=what]").selectedOptions[0].dataset.kind);
    }
  });
  rules.addEventListener("click", (event) => {
    if (event.target.matches("[data-remove]") && rules.children.length > 1) event.target.closest(".rule").remove();
  });
  document.getElementById("add").addEventListener("click", () => {
    const rule = rules.lastElementChild.cloneNode(true);
    rule.dataset.how = rule.dataset.value = "";
    rules.append(rule);
    fill(rule);
    rule.querySelector("select").focus();
  });
  document.getElementById("count").addEventListener("click", async () => {
    const place = document.getElementById("counted");
    const answer = await fetch(form.dataset.count, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    const told = await answer.json();
    place.className = told.problem ? "notice problem" : "";
    place.textContent = told.problem || `${place.dataset.counted.replace("%(count)s", told.count.toLocaleString(document.documentElement.lang))} – ${told.words}`;
  });
  [...rules.children].forEach(fill);
}
