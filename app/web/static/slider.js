// The slider of what was known when: each step is a stop's link, followed a moment after the thumb comes to rest.

const REST = 120;
let waiting = null;
let isMoving = false; // what one movement of the thumb passes is one step back

export function startSlider(go) {
  const slider = document.getElementById("slider");
  if (!slider) return;
  const links = [...document.querySelectorAll(".stops a")];
  const now = links.findIndex((link) => link.hasAttribute("aria-current"));
  if (slider.hidden) {
    slider.hidden = false;
    slider.addEventListener("input", () => move(slider, go));
  }
  const inset = slider.closest(".is-dense") ? 0 : 50 / links.length;
  slider.style.left = `calc(${inset}% - 10px)`;
  slider.style.width = `calc(${100 - 2 * inset}% + 20px)`;
  if (waiting === null && now >= 0) slider.value = now;
  tell(slider, links);
}

function move(slider, go) {
  const links = [...document.querySelectorAll(".stops a")];
  tell(slider, links);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    waiting = null;
    go(links[slider.valueAsNumber].getAttribute("href"), { replace: isMoving });
    isMoving = slider.matches(":active");
  }, REST);
}

function tell(slider, links) {
  const told = links[slider.valueAsNumber]?.dataset.told ?? "";
  slider.setAttribute("aria-valuetext", told);
  if (waiting !== null || slider.matches(":active")) {
    document.getElementById("known-now").textContent = told === "now" ? "Now" : told;
  }
}
