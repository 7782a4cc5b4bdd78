export type Child = Node | string | false | null | undefined | readonly Child[];
type Properties = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** An element; properties named `on…` are listeners, and what is absent is left out. Data becomes text and attributes, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, properties?: Properties | null, ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

/** The children that there are, in one list. */
export function present(children: Child[]): (Node | string)[] {
  const flat = children.flat(9 as 0) as Child[];
  return flat.filter((child): child is Node | string => typeof child === "string" || child instanceof Node);
}

/** The address when it is http(s), else null: data must not bring `javascript:` into a link. */
export function safeUrl(address: string | null | undefined): string | null {
  const url = address && URL.canParse(address, location.href) ? new URL(address, location.href) : null;
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
}

export function button(text: Child, onclick: (event: Event) => void, kind = "quiet"): HTMLButtonElement {
  return h("button", { type: "button", class: kind, part: `button button-${kind}`, onclick }, text);
}

/** A message that fills its place: what is so, what to do next, and the ways to do it. */
export function panel(title: string, text: Child, ...actions: Child[]): HTMLElement {
  const ways = present(actions);
  return h("div", { class: "panel", part: "panel" }, h("h2", { tabindex: "-1" }, title), text ? h("p", null, text) : null,
    ways.length > 0 && h("div", { class: "actions" }, ways));
}

/** What went wrong, beside what caused it; screen readers say it at once. */
export function notice([title, text]: string[], ...more: Child[]): HTMLElement {
  return h("div", { class: "notice problem", part: "problem", role: "alert" }, h("p", null, h("strong", null, title), " ", text), more);
}
