/** Elements. Text is always set as text, so markup in the name of a class is only a name. */

/**
 * An element with its properties and children; strings are text. `class`, `aria-*`, `role` and the like are given as
 * attributes, functions `on...` as listeners.
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

/** The first element of a selector. */
export function find(selector) {
  return document.querySelector(selector);
}

/** A share as a percentage. */
export function percent(share, digits = 1) {
  return share === null || Number.isNaN(share) ? "\u2013" : `${(100 * share).toFixed(digits)} %`;
}

/** A number with so many digits; a dash for what is not defined. */
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

/** Calls back once typing or resizing has paused. */
export function debounced(action, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
