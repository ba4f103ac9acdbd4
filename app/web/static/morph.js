// Turns what is shown into what was fetched, changing no more than differs: focus, scroll and open folds stay.

const KEPT = new Set(["open", "hidden", "tabindex"]); // what a reader or a script set on an element stays

export function morph(shown, fetched) {
  copyAttributes(shown, fetched);
  morphChildren(shown, fetched);
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || null : null;
}

function isAlike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);
}

function copyAttributes(shown, fetched) {
  const isAskedAnew = shown.getAttribute("value") !== fetched.getAttribute("value");
  for (const { name } of [...shown.attributes]) {
    if (!fetched.hasAttribute(name) && !KEPT.has(name)) shown.removeAttribute(name);
  }
  for (const { name, value } of fetched.attributes) {
    if (!KEPT.has(name) && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  if (shown instanceof HTMLInputElement && shown.type !== "range" && (isAskedAnew || shown !== document.activeElement)) {
    shown.value = fetched.getAttribute("value") ?? "";
    shown.checked = fetched.hasAttribute("checked");
  }
}

function morphChildren(shown, fetched) {
  const keyed = new Map();
  for (const child of shown.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  const watched = shown.dataset?.watch !== undefined ? shown.textContent : null;
  let at = shown.firstChild;
  for (const wanted of [...fetched.childNodes]) {
    const key = keyOf(wanted);
    const held = key ? keyed.get(key) : null;
    let found = held && isAlike(held, wanted) ? held : null;
    if (!found && !key && at && isAlike(at, wanted)) found = at;
    if (!found) {
      const made = document.importNode(wanted, true);
      if (key) made.classList.add("is-new");
      shown.insertBefore(made, at);
      continue;
    }
    if (found === at) at = at.nextSibling;
    else shown.insertBefore(found, at);
    if (found.nodeType === Node.ELEMENT_NODE) morph(found, wanted);
    else if (found.nodeValue !== wanted.nodeValue) found.nodeValue = wanted.nodeValue;
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
  if (watched !== null && watched !== shown.textContent) flash(shown);
}

function flash(element) {
  element.classList.add("is-changed");
  element.addEventListener("animationend", () => element.classList.remove("is-changed"), { once: true });
}
