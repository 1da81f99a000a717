/* Links to the pages, in the browser's language. Gradio's own bar cannot translate the names of pages. */

const texts = { ...props.texts.en, ...props.texts[navigator.language.slice(0, 2)] };
const nav = element.querySelector("[data-part=pages]");
nav.setAttribute("aria-label", texts.pages);
for (const page of props.pages) {
  const link = document.createElement("a");
  link.href = "./" + page.path;
  link.textContent = texts[page.name];
  if (page.name === props.current) link.setAttribute("aria-current", "page");
  nav.append(link);
}
