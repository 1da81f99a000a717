// Where the app is, and our routes beside Gradio's, also where a proxy gives the app a path of its own; and the key that tells them whose what is.

const appRoot = new URL(window.gradio_config?.root ?? "/", location.href).pathname.replace(/[/]$/, "");
const routes = `${appRoot}/gradio_api/dcgan`;

/** The secret of whoever starts a run or brings a model here: it makes this browser the one that steers or deletes it. */
function controlKey() {
  try {
    return (localStorage["dcgan:key"] ||= freshKey());
  } catch {
    return (window.dcganKeyOfThisPage ||= freshKey()); // storage is switched off: good until the page is left
  }
}

function freshKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
