// Tells the page around the frame how high this one is, whenever that changes.
new ResizeObserver(() => {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  if (window.parent !== window) window.parent.postMessage({ type: "dateline:height", height }, "*");
}).observe(document.documentElement);
