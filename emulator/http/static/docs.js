// Draws /openapi.json with Swagger UI, which lies in the package; nothing is fetched from anywhere else.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

window.addEventListener("DOMContentLoaded", () => {
  const ui = SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    persistAuthorization: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    onComplete: openWhatTheAddressNames,
  });

  // /docs#/orders/open_dispute opens that call. Swagger UI's own deep links take the _ of our names for a space.
  function openWhatTheAddressNames() {
    const [tag, operation] = location.hash.split("/").slice(1).map(decodeURIComponent);
    if (!operation) return;
    ui.layoutActions.show(["operations", tag, operation], true);
    requestAnimationFrame(() => document.querySelector(".opblock.is-open")?.scrollIntoView());
  }
});
