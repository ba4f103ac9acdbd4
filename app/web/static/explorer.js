// The explorer, live: links and forms of a view fetch the next one and change what differs. Without this module they
// are plain links and forms, and everything is still there.

import { startMap } from "./map.js";
import { morph } from "./morph.js";
import { startRoving } from "./roving.js";
import { startSlider } from "./slider.js";

const page = new URL(".", document.baseURI);
let asked = null;

// Something between here and the service answered; to ask again at once would only burden it more.
class NoView extends Error {}

function isView(url) {
  return url.origin === page.origin && url.pathname === page.pathname;
}

function isSameView(url) {
  return url.search === location.search;
}

async function fetchView(url, signal) {
  const answer = await fetch(url.pathname + url.search, { signal, headers: { Accept: "text/html" } });
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!fetched.getElementById("view")) throw new NoView("no view was answered");
  return fetched;
}

function show(fetched) {
  const wanted = fetched.getElementById("view");
  document.title = fetched.title;
  const about = fetched.querySelector(".masthead nav");
  morph(document.querySelector(".masthead nav"), about);
  morph(document.getElementById("view"), wanted);
  enliven();
}

export async function go(address, { push = true, replace = false, focus = false } = {}) {
  const url = new URL(address, document.baseURI);
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const view = document.getElementById("view");
  view.setAttribute("aria-busy", "true");
  try {
    const fetched = await fetchView(url, signal);
    if (signal.aborted) return;
    if (push && !isSameView(url)) history[replace ? "replaceState" : "pushState"](null, "", url.search || url.pathname);
    show(fetched);
    if (focus) read(url);
  } catch (error) {
    if (error instanceof NoView) tellNoView();
    else if (error.name !== "AbortError") location.assign(url);
  } finally {
    if (!signal.aborted) document.getElementById("view").removeAttribute("aria-busy");
  }
}

function tellNoView() {
  const status = document.getElementById("status");
  if (status) status.textContent = "No answer at the moment: this is the view before";
}

function read(url) {
  const event = document.getElementById("event");
  if (!event || !url.searchParams.get("event")) return;
  event.scrollTop = 0;
  event.focus({ preventScroll: true });
  const { top } = event.getBoundingClientRect();
  if (top < 0 || top > innerHeight * 0.6) event.scrollIntoView({ block: "start" });
}

function follow(click) {
  const link = click.target.closest?.("a[href]");
  if (!link || click.defaultPrevented || click.button || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return;
  const url = new URL(link.getAttribute("href"), document.baseURI);
  if (!isView(url) || link.classList.contains("skip")) return;
  if (isSameView(url) && url.hash) return;
  click.preventDefault();
  if (link.id === "close") return close(url);
  go(url, { focus: url.hash === "#event" });
}

async function close(url) {
  const id = new URLSearchParams(location.search).get("event");
  await go(url);
  const link = document.querySelector(`.events [data-key="${CSS.escape(id)}"] a`) ?? document.getElementById("list");
  link.focus();
}

function search(submitting) {
  const form = submitting.target;
  if (form.id !== "search") return;
  submitting.preventDefault();
  const given = [...new FormData(form)].filter(([, value]) => value);
  go(`?${new URLSearchParams(given)}`);
}

async function copy() {
  const button = document.getElementById("copy");
  await navigator.clipboard.writeText(document.getElementById("api-address").textContent.replace(/^GET /, ""));
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

function enliven() {
  const address = document.getElementById("api-address");
  if (address) {
    const path = address.textContent.replace(/^GET /, "");
    address.textContent = `GET ${new URL(path, document.baseURI).href}`;
    document.getElementById("copy").hidden = !navigator.clipboard;
  }
  startSlider(go);
  startMap();
  startRoving();
}

if (matchMedia("(max-width: 46rem)").matches) document.getElementById("facets")?.removeAttribute("open");
document.addEventListener("click", follow);
document.addEventListener("click", (click) => click.target.id === "copy" && copy());
document.addEventListener("submit", search);
addEventListener("popstate", () => go(location.href, { push: false }));
enliven();
