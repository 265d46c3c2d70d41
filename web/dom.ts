/** Elements of the page. Words only ever become text, never markup. */

/** The element of index.html with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`index.html has no #${id}`);
  return element as E; // index.html says what it is
}

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Replaces a drawing where it has changed; what had the focus in it has it again. */
export function draw(place: HTMLElement, svg: string): boolean {
  if (drawn.get(place) === svg) return false;
  drawn.set(place, svg);
  const focused = document.activeElement;
  const port = focused !== null && place.contains(focused) ? focused.getAttribute('data-port') : null;
  // Made by src/pictures, which escapes every word.
  place.innerHTML = svg;
  if (port !== null) place.querySelector<SVGElement>(`[data-port="${CSS.escape(port)}"]`)?.focus();
  return true;
}

const drawn = new WeakMap<HTMLElement, string>();

/** Sets the choices of a list where they have changed; the chosen one stays chosen. */
export function choices(select: HTMLSelectElement, values: readonly (readonly [value: string, words: string])[]): void {
  const now = [...select.options].map(({ value }) => value);
  if (now.length === values.length && values.every(([value], place) => value === now[place])) return;
  const { value } = select;
  select.replaceChildren(...values.map(([each, words]) => new Option(words, each)));
  if (values.some(([each]) => each === value)) select.value = value;
}
