// The editor of blocks: draws the tree in #source as a list of forms, and writes every change back into it.
const place = document.getElementById("blocks");

if (place) {
  const kept = document.getElementById("source");
  const told = JSON.parse(place.dataset.told);
  let tree;
  try {
    tree = JSON.parse(kept.value);
  } catch {
    tree = { blocks: [] };
  }
  let count = 0;

  const make = (tag, properties = {}, ...inside) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...inside);
    return made;
  };

  function write() {
    kept.value = JSON.stringify(tree, null, 1);
    kept.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function control(owner, name, how) {
    if (how === "text") return make("textarea", { rows: 4, value: owner[name] || "" });
    if (how.startsWith("choice:")) {
      const made = make("select", {}, ...told.choices[how.slice(7)].map(([value, words]) => new Option(words, value)));
      made.value = owner[name] || "";
      return made;
    }
    return make("input", { type: "text", value: owner[name] || "", inputMode: how === "line" ? "text" : "url", placeholder: how === "line" ? "" : "https://" });
  }

  function field(owner, [name, words, how]) {
    if (how.startsWith("list:")) return list(owner, name, words, how.slice(5));
    const id = `block-field-${(count += 1)}`;
    const made = control(owner, name, how);
    made.id = id;
    made.addEventListener("input", () => {
      owner[name] = made.value;
      write();
    });
    const row = make("div", { className: "field" }, make("label", { htmlFor: id, textContent: words }), made);
    if (how === "picture") row.append(upload(made));
    if (how === "text") row.append(make("span", { className: "hint", textContent: told.words.hint }));
    return row;
  }

  function upload(target) {
    const file = make("input", { type: "file", accept: "image/png,image/jpeg,image/gif,image/webp", className: "only-read", tabIndex: -1 });
    const button = make("button", { type: "button", className: "button small", textContent: told.words.upload });
    const refused = make("span", { className: "wrong", role: "alert" });
    button.addEventListener("click", () => file.click());
    file.addEventListener("change", async () => {
      const form = new FormData();
      form.set("csrf_token", document.querySelector("[name=csrf_token]").value);
      form.set("file", file.files[0]);
      button.disabled = true;
      const answer = await fetch(place.dataset.pictures, { method: "POST", body: form, headers: { Accept: "application/json" } }).catch(() => null);
      button.disabled = false;
      if (answer?.status === 401) dispatchEvent(new Event("focus"));
      const said = (await answer?.json().catch(() => null)) || { problem: told.words.failed };
      refused.textContent = said.problem || "";
      if (said.address) {
        target.value = said.address;
        target.dispatchEvent(new Event("input"));
      }
      file.value = "";
    });
    return make("span", {}, button, file, " ", refused);
  }

  function list(owner, name, words, part) {
    owner[name] = Array.isArray(owner[name]) ? owner[name] : [{}];
    const inside = owner[name].map((one, at) => make("fieldset", { className: "part" },
      make("legend", { textContent: `${words} ${at + 1}` }), ...told.parts[part].map((entry) => field(one, entry)), tool("remove", () => { owner[name].splice(at, 1); draw(); })));
    const most = part === "column" ? 3 : 8;
    if (owner[name].length < most) inside.push(tool("more", () => { owner[name].push({}); draw(); }));
    return make("div", { className: "form" }, ...inside);
  }

  function tool(word, act, symbol) {
    const made = make("button", { type: "button", className: "button small", textContent: symbol || told.words[word], title: told.words[word] });
    made.setAttribute("aria-label", told.words[word]);
    made.addEventListener("click", act);
    return made;
  }

  function move(at, by) {
    const to = at + by;
    if (to < 0 || to >= tree.blocks.length) return;
    tree.blocks.splice(to, 0, ...tree.blocks.splice(at, 1));
    draw(to, by < 0 ? 0 : 1);
  }

  function block(one, at) {
    const kind = told.kinds[one.type];
    const tools = make("span", { className: "actions" }, tool("up", () => move(at, -1), "↑"), tool("down", () => move(at, 1), "↓"), tool("remove", () => { tree.blocks.splice(at, 1); draw(at - 1, 2); }, "✕"));
    const head = make("div", { className: "bar" }, make("strong", { textContent: kind ? kind.words : one.type }), tools);
    return make("li", { className: "block" }, head, ...(kind ? kind.fields.map((entry) => field(one, entry)) : []), adder(at + 1));
  }

  function adder(at) {
    const made = make("select", { className: "insert" }, new Option(told.words.add, ""), ...Object.entries(told.kinds).map(([type, { words }]) => new Option(words, type)));
    made.setAttribute("aria-label", told.words.add);
    made.addEventListener("change", () => {
      tree.blocks.splice(at, 0, { type: made.value });
      draw(at, 0);
    });
    made.addEventListener("input", (event) => event.stopPropagation());
    return made;
  }

  function draw(focused = -1, button = 0) {
    const accent = make("input", { type: "color", value: tree.accent || "#0b6566", id: "accent" });
    accent.addEventListener("input", () => { tree.accent = accent.value; write(); });
    place.replaceChildren(
      make("div", { className: "field colour" }, make("label", { htmlFor: "accent", textContent: told.words.accent }), accent), adder(0),
      make("ol", { className: "blocks" }, ...tree.blocks.map(block)));
    const shown = place.querySelectorAll(".block")[focused];
    if (shown) (shown.querySelectorAll(".bar button")[button] || shown).focus();
    write();
  }
  draw();
  document.addEventListener("mended", () => {
    tree = JSON.parse(kept.value);
    draw();
  });
}
