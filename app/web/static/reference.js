// The contract, to be read and tried.
window.SwaggerUIBundle({
  url: document.getElementById("reference").dataset.contract,
  dom_id: "#reference",
  deepLinking: true,
  showExtensions: true,
  showCommonExtensions: true,
});
