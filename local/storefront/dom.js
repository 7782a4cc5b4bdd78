// Building blocks of the page. Data becomes text nodes and attributes, never markup.

/** An element; properties named `on…` are listeners, false and null ones are left out, nested children are flattened. */
export function h(tag, properties, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The heading of a view, which receives the focus when the view opens. */
export function heading(text) {
  return h("h1", { tabindex: "-1" }, text);
}

/** The address when it is http(s), else null: data must not bring `javascript:` into a link. */
export function safeUrl(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && ["https:", "http:"].includes(url.protocol) ? url.href : null;
}

/** Says something to people who listen to the page. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Resolves after `seconds`; rejects when `signal` aborts. */
export function wait(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}

/** A page-filling message: what is so, what to do next, and the buttons or links to do it. */
export function statePanel({ title, text, actions = [], art = null, tone = "calm" }) {
  return h("div", { class: `state state-${tone}` }, art, title && h("h2", null, title),
    [text].flat().filter(Boolean).map((line) => h("p", null, line)),
    actions.length > 0 && h("div", { class: "actions" }, actions));
}

/** A link that looks like a button. */
export function buttonLink(href, text, kind = "primary") {
  return h("a", { class: `button ${kind}`, href }, text);
}

/** A button. */
export function button(text, onclick, kind = "primary") {
  return h("button", { type: "button", class: `button ${kind}`, onclick }, text);
}
