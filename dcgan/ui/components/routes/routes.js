// Where the app is, and our routes beside Gradio's, also where a proxy gives the app a path of its own.

const appRoot = new URL(window.gradio_config?.root ?? "/", location.href).pathname.replace(/[/]$/, "");
const routes = `${appRoot}/gradio_api/dcgan`;
