// One tab stop for the timeline and one for the map; the arrow keys go on from there.

const GROUPS = [
  { within: "lanes", items: ".mark" },
  { within: "frame", items: ".place a" },
];

const live = new WeakSet();

export function startRoving() {
  for (const { within, items } of GROUPS) {
    const group = document.getElementById(within);
    if (!group) continue;
    const all = [...group.querySelectorAll(items)];
    const current = all.find((one) => one === document.activeElement) ?? all.find((one) => one.getAttribute("tabindex") === "0") ?? all[0];
    for (const one of all) one.setAttribute("tabindex", one === current ? "0" : "-1");
    if (live.has(group)) continue;
    live.add(group);
    group.addEventListener("keydown", (press) => rove(press, group, items));
  }
}

function rove(press, group, items) {
  const all = [...group.querySelectorAll(items)];
  const at = all.indexOf(press.target);
  if (at < 0) return;
  const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[press.key];
  if (to === undefined) return;
  press.preventDefault();
  press.stopPropagation();
  const next = all[Math.max(0, Math.min(to, all.length - 1))];
  all[at].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
