/** Elements. Text is always set as text, so markup in a class name is only a name. */

/**
 * Creates an element with properties and children; strings are text. `class`, `aria-*`, `role` and the like become
 * attributes, functions `on...` become listeners.
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat());
  return element;
}

/** The first element that matches a selector. */
export function find(selector) {
  return document.querySelector(selector);
}

/** Formats a share as a percentage. */
export function percent(share, digits = 1) {
  return share === null || Number.isNaN(share) ? "\u2013" : `${(100 * share).toFixed(digits)} %`;
}

/** Formats a number with a given number of digits; a dash if it is undefined. */
export function fixed(value, digits) {
  return value === null || value === undefined ? "\u2013" : value.toFixed(digits);
}

/** A choice between a few options, as radio buttons. */
export function choice(legend, name, options, chosen, onchange) {
  const radios = options.map(([value, text]) =>
    h(
      "label",
      {},
      h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onchange(value) }),
      ` ${text}`,
    )
  );
  return h("fieldset", {}, h("legend", {}, legend), radios);
}

/** Options of a select element, by value and text. */
export function options(all, chosen) {
  return all.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
}

/** Calls back once typing or resizing has paused. */
export function debounced(action, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
